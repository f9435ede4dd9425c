using CsCheck;
using Rcmgr.Tests.Accounting;

namespace Rcmgr.Tests.Observing;

public sealed class ObserveOnlyPropertyTests
{
    private static readonly PeerKey[] Peers = [new("a"), new("b")];

    /// <summary>As long as nothing would have been refused, the two managers hold the same; and both find the same first refusal.</summary>
    [Fact]
    public void The_first_refusal_is_the_one_that_a_real_manager_gives() =>
        Gen.Select(Histories.ManagerLimits, Gen.Int[0, int.MaxValue - 1]).Sample(
            (limits, seed) =>
            {
                using ResourceManager real = new(limits);
                using ResourceManager observed = new(new ResourceManagerOptions { Limits = limits, ObserveOnly = true });
                Random first = new(seed);
                Random second = new(seed);
                List<StreamScope> streams = [];
                List<StreamScope> observedStreams = [];
                for (int i = 0; i < 40; i++)
                {
                    Step(real, first, streams);
                    Step(observed, second, observedStreams);
                    Assert.Equal(real.GetRefusalCounts(), observed.GetRefusalCounts());
                    if (real.GetRefusalCounts().Count > 0)
                        return;
                    Assert.Equal(real.AllUse(), observed.AllUse());
                }
            }, iter: 2_000);

    private static void Step(ResourceManager manager, Random random, List<StreamScope> streams)
    {
        int choice = random.Next(5);
        PeerKey peer = random.GetItems(Peers, 1)[0];
        int index = random.Next(1_000);
        int size = random.Next(100);
        StreamScope? stream = streams.Count == 0 ? null : streams[index % streams.Count];
        switch (choice)
        {
            case 0:
                manager.TryOpenConnection((Direction)(index & 1), (index & 2) != 0, null, out _, out _);
                break;
            case 1:
                if (manager.TryOpenStream(peer, (Direction)(index & 1), out StreamScope? opened, out _))
                    streams.Add(opened);
                break;
            case 2 when stream is { ProtocolScope: null }:
                stream.TrySetProtocol("x", out _);
                break;
            case 3 when stream is not null:
                stream.Dispose();
                streams.Remove(stream);
                break;
            default:
                (stream ?? manager.Transient).TryReserveMemory(size, (byte)(index & 255), out _);
                break;
        }
    }
}
