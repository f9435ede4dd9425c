namespace Rcmgr.Tool.Bench.Manager;

/// <summary>One measurement of the manager.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Threads">How many threads worked at once, each with peers of its own.</param>
/// <param name="Mode"><c>relaxed</c>, or <c>strict</c> for the state near a limit.</param>
/// <param name="Nanoseconds">Wall time divided by all operations of all threads: the least of several repetitions.</param>
/// <param name="Allocations">Objects for each operation.</param>
/// <param name="AllocatedBytes">Bytes for each operation.</param>
internal sealed record ManagerBenchRow(
    string Name, int Threads, string Mode, double Nanoseconds, double Allocations, double AllocatedBytes);

/// <summary>How long single reservations of memory took, in nanoseconds, the clock's own cost included.</summary>
/// <param name="Threads">How many threads reserved at once, each on its own stream.</param>
/// <param name="Median">Half took no longer.</param>
/// <param name="P99">99 of 100 took no longer.</param>
/// <param name="P999">999 of 1000 took no longer.</param>
/// <param name="Most">None took longer.</param>
internal sealed record ReservationTail(int Threads, double Median, double P99, double P999, double Most);

/// <summary>Bytes of the managed heap that one of each costs, its place in tables included, the peer's key not.</summary>
/// <param name="Connection">A connection without a peer.</param>
/// <param name="Stream">A stream without a protocol, of a peer that is there.</param>
/// <param name="Peer">A peer scope.</param>
/// <param name="PeerConnectionStream">A peer with a connection and a stream that has a protocol and a service.</param>
internal sealed record ScopeSizes(double Connection, double Stream, double Peer, double PeerConnectionStream);

/// <summary>A manager that holds a million peers with a connection and a stream each.</summary>
/// <param name="Megabytes">The heap they take, without the peers' keys.</param>
/// <param name="MegabytesWithKeys">The heap they take, with the peers' keys of 52 letters.</param>
/// <param name="Rows">Single operations in it.</param>
internal sealed record MillionPeers(double Megabytes, double MegabytesWithKeys, IReadOnlyList<ManagerBenchRow> Rows);

/// <summary>What one run measured.</summary>
internal sealed record ManagerBenchResult(
    double CalibrationNanoseconds,
    IReadOnlyList<ManagerBenchRow> Rows,
    ScopeSizes Sizes,
    IReadOnlyList<ReservationTail> Tails,
    MillionPeers? Million);
