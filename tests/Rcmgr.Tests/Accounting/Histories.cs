using System.Net;
using CsCheck;
using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tests.Accounting;

/// <summary>One step of a random history; its numbers choose among what exists when it is run.</summary>
internal readonly record struct HistoryStep(int Operation, int First, int Second, long Size, byte Priority);

/// <summary>Random limits and histories of a manager, run in lockstep with the reference model.</summary>
internal static class Histories
{
    private const int Operations = 18;

    private static readonly PeerKey[] Peers = [new("a"), new("b"), new("c")];
    private static readonly string[] Groups = ["x", "y"];
    private static readonly string[] Shared = ["system", "transient", "peer:a", "peer:b", "protocol:x", "service:x", "allowlistedTransient", "peer:d"];
    private static readonly IPAddress?[] Addresses = [null, IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("192.0.2.1")];

    private static readonly Gen<long> Count = Gen.Frequency((3, Gen.Long[0, 3]), (2, Gen.Const(ResourceLimits.Unlimited)), (2, Gen.Long[4, 8]));

    private static readonly Gen<long> Memory =
        Gen.Frequency((3, Gen.Long[0, 600]), (2, Gen.Const(ResourceLimits.Unlimited)), (1, Gen.Long[0, long.MaxValue]));

    public static readonly Gen<ResourceLimits> Limits =
        Gen.Select(Count.Array[7], Memory, (counts, memory) =>
            new ResourceLimits(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], memory));

    public static readonly Gen<ResourceManagerLimits> ManagerLimits = Limits.Array[12].Select(limits => new ResourceManagerLimits
    {
        System = limits[0],
        Transient = limits[1],
        AllowlistedSystem = limits[2],
        AllowlistedTransient = limits[3],
        ServiceDefault = limits[4],
        ServicePeerDefault = limits[5],
        ProtocolDefault = limits[6],
        ProtocolPeerDefault = limits[7],
        PeerDefault = limits[8],
        Connection = limits[9],
        Stream = limits[10],
        Peer = new Dictionary<PeerKey, ResourceLimits> { [Peers[0]] = limits[11] },
        ProtocolPeer = new Dictionary<string, ResourceLimits> { ["y"] = limits[11] },
    });

    public static readonly Gen<HistoryStep> Step = Gen.Select(
        Gen.Int[0, Operations - 1],
        Gen.Int[0, 999],
        Gen.Int[0, 999],
        Gen.Frequency((6, Gen.Long[0, 300]), (1, Gen.Long[-3, 0]), (1, Gen.Long[0, long.MaxValue])),
        Gen.Frequency((1, Gen.Byte), (1, Gen.Const((byte)255))),
        (operation, first, second, size, priority) => new HistoryStep(operation, first, second, size, priority));

    /// <summary>How many histories a test runs: RCMGR_HISTORY_PERCENT of the usual number, for the mutation run, which runs them often.</summary>
    public static int ToRun(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("RCMGR_HISTORY_PERCENT"), out int percent) ? Math.Max(1, usual * percent / 100) : usual;

    public static Allowlist Allowlist()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.1/32")));
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/24"), Peers[1]));
        return allowlist;
    }

    public static void Run(Lockstep lockstep, HistoryStep step, ResourceLimits replacement, bool misuses)
    {
        string id = $"h{lockstep.Handles.Count + 1}";
        string shared = Shared[step.Second % Shared.Length];
        string? handle = Pick<ResourceScope>(lockstep, step.First);
        switch (step.Operation)
        {
            case 0 or 1 or 2:
                lockstep.OpenConnection(id, (Direction)(step.First & 1), (step.First & 2) != 0, Addresses[step.Second % Addresses.Length]);
                break;
            case 3 or 4 or 5:
                lockstep.OpenStream(id, Peers[step.First % Peers.Length], (Direction)(step.Second & 1));
                break;
            case 6 or 7 when Pick<ConnectionScope>(lockstep, step.First) is string connection:
                lockstep.SetPeer(connection, Peers[step.Second % Peers.Length]);
                break;
            case 8 or 9 when Pick<StreamScope>(lockstep, step.First) is string stream:
                lockstep.SetProtocol(stream, Groups[step.Second % Groups.Length]);
                break;
            case 10 when Pick<StreamScope>(lockstep, step.First) is string stream:
                lockstep.SetService(stream, Groups[step.Second % Groups.Length]);
                break;
            case 11 when handle is not null:
                lockstep.ReserveMemory(handle, step.Size, step.Priority);
                break;
            case 12:
                lockstep.ReserveMemory(shared, step.Size, step.Priority);
                break;
            // What a scope holds for its spans is theirs to give back.
            case 13 when handle is not null && (misuses || lockstep.Handles[handle].SpansBegun == 0):
                lockstep.ReleaseMemory(handle, Bounded(step.Size, lockstep.Handles[handle].Usage.Memory, misuses));
                break;
            case 14:
                lockstep.BeginSpan(id, (step.Size & 1) == 0 && handle is not null ? handle : shared);
                break;
            case 15:
                lockstep.SetLimits((step.Size & 1) == 0 && handle is not null ? handle : shared, replacement);
                break;
            case 16 when handle is not null:
                lockstep.Close(handle);
                break;
            case 17 when shared.Contains(':', StringComparison.Ordinal):
                _ = (step.First & 1) == 0 ? lockstep.OpenView(shared) : lockstep.CloseView(shared);
                break;
            case 17 when misuses:
                lockstep.ReleaseMemory(shared, step.Size);
                break;
        }
    }

    /// <summary>Closes all that is open and gives back what was reserved on shared scopes.</summary>
    public static void Finish(Lockstep lockstep)
    {
        foreach (string handle in lockstep.Handles.Keys.ToList())
            lockstep.Close(handle);
        foreach (string shared in Shared.Where(name => name.Contains(':', StringComparison.Ordinal)))
        {
            while (lockstep.HasView(shared))
                lockstep.CloseView(shared);
        }

        foreach (string shared in Shared.OrderBy(name => name == "system"))
            lockstep.ReleaseMemory(shared, lockstep.Model.SharedUsage().GetValueOrDefault(shared).Memory);
    }

    private static long Bounded(long size, long held, bool misuses) => misuses || size < 0 ? size : Math.Min(size, held);

    private static string? Pick<TScope>(Lockstep lockstep, int number)
        where TScope : ResourceScope
    {
        string[] handles = [.. lockstep.Handles.Where(handle => handle.Value is TScope).Select(handle => handle.Key)];
        return handles.Length == 0 ? null : handles[number % handles.Length];
    }
}
