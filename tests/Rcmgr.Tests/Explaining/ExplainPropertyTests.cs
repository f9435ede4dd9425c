using System.Net;
using CsCheck;
using Rcmgr.Tests.Accounting;
using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tests.Explaining;

/// <summary>After any history, what is said of an operation is what becomes of it.</summary>
public sealed class ExplainPropertyTests
{
    private static readonly PeerKey[] Peers = [new("a"), new("b"), new("c")];
    private static readonly string[] Groups = ["x", "y", "z"];
    private static readonly IPAddress?[] Addresses = [null, IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("192.0.2.1")];

    [Fact]
    public void The_explanation_and_the_operation_agree() =>
        Gen.Select(Histories.ManagerLimits, Histories.Step.Array[0, 40], Histories.Limits, Gen.Int[0, int.MaxValue - 1])
            .Sample((limits, steps, replacement, seed) =>
            {
                Lockstep lockstep = new(limits, Histories.Allowlist());
                foreach (HistoryStep step in steps)
                    Histories.Run(lockstep, step, replacement, misuses: false);
                Random random = new(seed);
                for (int i = 0; i < 20; i++)
                    Compare(lockstep.Manager, [.. lockstep.Handles.Values], random);
            }, iter: 2_000);

    private static void Compare(ResourceManager manager, ResourceScope[] open, Random random)
    {
        PeerKey peer = random.GetItems(Peers, 1)[0];
        string group = random.GetItems(Groups, 1)[0];
        Direction direction = (Direction)random.Next(2);
        ResourceScope any = open.Length > 0 && random.Next(4) > 0 ? random.GetItems(open, 1)[0] : manager.Transient;
        Explainer explainer = new(manager.Engine, manager.Allowlist);
        switch (random.Next(5))
        {
            case 0:
                IPAddress? address = random.GetItems(Addresses, 1)[0];
                bool descriptor = random.Next(2) == 0;
                Explanation opening = manager.Explain(ResourceOperation.OpenConnection(direction, descriptor, address));
                bool opened = manager.TryOpenConnection(direction, descriptor, address, out ConnectionScope? connection, out Refusal refusal);
                Agree(opening, opened, refusal);
                Assert.Equal(opening.UsesAllowlist, connection?.IsAllowlisted ?? false);
                break;
            case 1 when any is ConnectionScope moved:
                Explanation moving = manager.Explain(ResourceOperation.SetPeer(moved, peer));
                Agree(moving, moved.TrySetPeer(peer, out refusal), refusal);
                break;
            case 2:
                Explanation stream = manager.Explain(ResourceOperation.OpenStream(peer, direction, group, group));
                bool done = manager.TryOpenStream(peer, direction, out StreamScope? scope, out refusal)
                    && scope.TrySetProtocol(group, out refusal) && scope.TrySetService(group, out refusal);
                Agree(stream, done, refusal);
                break;
            case 3 when any is StreamScope attached:
                Explanation protocol = explainer.SetProtocol(attached, group);
                Agree(protocol, attached.TrySetProtocol(group, out refusal), refusal);
                Explanation service = explainer.SetService(attached, group);
                Agree(service, attached.TrySetService(group, out refusal), refusal);
                break;
            default:
                long size = random.Next(3) == 0 ? random.NextInt64(long.MaxValue) : random.Next(400);
                byte priority = (byte)random.Next(256);
                Explanation memory = manager.Explain(ResourceOperation.ReserveMemory(any, size, priority));
                Agree(memory, any.TryReserveMemory(size, priority, out refusal), refusal);
                break;
        }
    }

    private static void Agree(Explanation explanation, bool done, Refusal refusal)
    {
        Assert.Equal((done, refusal), (explanation.IsAdmitted, explanation.Refusal));
        if (!done && explanation.Scopes.Count > 0)
            Assert.Contains(explanation.Scopes, scope => scope.Refusal == refusal);
    }
}
