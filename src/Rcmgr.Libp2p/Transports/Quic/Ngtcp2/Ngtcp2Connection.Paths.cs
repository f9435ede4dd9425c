namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>Where the remote is. On the loop's thread.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    // A client has neither: it is not it that follows.
    private readonly byte[] _admitted = [];
    private readonly byte[] _firstPath = [];

    /// <summary>Null for as long as the client stays where it was.</summary>
    private PathAllowance? _allowance;

    internal void OnPathProven(in NativePath path)
    {
        if (!IsServer)
            return;
        Span<byte> proven = stackalloc byte[PathKey.Bytes];
        PathKey.Write(path, proven);
        _allowance ??= new PathAllowance(_firstPath);
        _allowance.Prove(proven);
    }

    /// <summary>
    /// Whether a datagram comes from the address that was admitted. Another port is a NAT that forgot the old one, and the library
    /// validates it; another address would have a connection that no limit by address ever saw.
    /// </summary>
    private bool IsFromAdmitted(in NativePath path)
    {
        ReadOnlySpan<byte> from = new(path.Remote.Socket, (int)path.Remote.Length);
        return !IsServer || SocketAddresses.HostOf(from).SequenceEqual(SocketAddresses.HostOf(_admitted));
    }

    /// <summary>Follows a client to another path, after a datagram of <paramref name="length"/> bytes that the library has read.</summary>
    private void FollowPath(in NativePath from, int length)
    {
        Span<byte> arrived = stackalloc byte[PathKey.Bytes];
        PathKey.Write(from, arrived);
        if (_allowance is null && arrived.SequenceEqual(_firstPath))
            return;
        ObservePath(arrived, length);
    }

    /// <summary>The library goes back to an old path by itself when the new one was not proven in time.</summary>
    private void FollowPath()
    {
        if (_allowance is not null)
            ObservePath(arrived: default, length: 0);
    }

    private void ObservePath(ReadOnlySpan<byte> arrived, int length)
    {
        Span<byte> current = stackalloc byte[PathKey.Bytes];
        PathKey.Write(*Ngtcp2Api.ngtcp2_conn_get_path(_native), current);
        if (_allowance is null && current.SequenceEqual(_firstPath))
            return;
        _allowance ??= new PathAllowance(_firstPath);
        _allowance.Observe(current, arrived, length);
    }
}
