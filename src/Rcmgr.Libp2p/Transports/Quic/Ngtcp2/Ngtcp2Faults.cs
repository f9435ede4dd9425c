namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>What a test makes go wrong below the protocol, where no remote and no network can reach. Hosts have none.</summary>
internal sealed record Ngtcp2Faults
{
    /// <summary>A native function in place of the one that encrypts packets; zero for that one.</summary>
    public nint Encrypt { get; init; }

    /// <summary>Asked before the library gets memory, on the loop's thread: true when there is none.</summary>
    public Func<bool>? FailsAllocation { get; init; }
}
