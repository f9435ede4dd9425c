namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// Who pays for the bytes that a connection's streams have received and that nobody has read yet: the connection's window while it lives,
/// and after its end its peer, because what a remote had finished stays readable.
/// </summary>
internal sealed class UnreadAccount(ConnectionScope scope)
{
    private long _held;
    private volatile bool _isOutlived;
    private SpanScope? _span;

    /// <summary>Bytes arrived. The loop's.</summary>
    public void Add(int bytes) => Interlocked.Add(ref _held, bytes);

    /// <summary>Bytes were read or dropped. From any thread.</summary>
    public void Remove(long bytes)
    {
        if (Interlocked.Add(ref _held, -bytes) == 0 && _isOutlived)
            Release();
    }

    /// <summary>
    /// The connection is over, its account goes: what is held is charged to the peer until the last of it is read or dropped. False when that
    /// is refused. The loop's, after the last <see cref="Add"/>.
    /// </summary>
    public bool TryOutlive()
    {
        _isOutlived = true;
        long held = Interlocked.Read(ref _held);
        if (held == 0)
            return true;
        if (scope.PeerScope is not { } peer || !peer.TryBeginSpan(out SpanScope? span, out _))
            return false;
        if (!span.TryReserveMemory(held, MemoryPriority.Always, out _))
        {
            span.Dispose();
            return false;
        }

        Interlocked.Exchange(ref _span, span);
        // Whoever took the last of it before that exchange found no span.
        if (Interlocked.Read(ref _held) == 0)
            Release();
        return true;
    }

    private void Release() => Interlocked.Exchange(ref _span, null)?.Dispose();
}
