namespace Rcmgr.Libp2p.Transports;

/// <summary>
/// What the buffers of one connection cost in its present phase. One phase's reservation becomes the next one's, and only the difference
/// moves. The scope gives all of it back when it is disposed.
/// </summary>
internal sealed class ConnectionMemory(ConnectionScope scope)
{
    private long _held;

    /// <summary>Makes the reservation <paramref name="bytes"/> large before anything of that size is allocated.</summary>
    /// <exception cref="ResourceLimitExceededException">A limit would be exceeded; the reservation stays as it was.</exception>
    public void Become(long bytes)
    {
        long growth = bytes - _held;
        if (growth > 0)
            scope.ReserveMemory(growth);
        else if (growth < 0)
            scope.ReleaseMemory(-growth);
        _held = bytes;
    }
}
