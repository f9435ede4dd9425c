using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// One stream to a peer with its protocol agreed, and the account that pays for it. One reader and one writer may work at the
/// same time; the members that end the stream may be called from any thread.
/// </summary>
public sealed class PeerStream : IAsyncDisposable
{
    /// <summary>How long <see cref="CloseAsync"/> waits for the remote to end its half.</summary>
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    private readonly MuxedStream _stream;
    private readonly TimeProvider _time;
    private int _disposed;

    internal PeerStream(
        PeerId remotePeer,
        Multiaddress remoteAddress,
        string protocol,
        MuxedStream stream,
        StreamScope scope,
        TimeProvider? time = null)
    {
        RemotePeer = remotePeer;
        RemoteAddress = remoteAddress;
        Protocol = protocol;
        Scope = scope;
        _stream = stream;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The peer at the other end, as it proved itself.</summary>
    public PeerId RemotePeer { get; }

    /// <summary>The address of the connection's other end.</summary>
    public Multiaddress RemoteAddress { get; }

    /// <summary>The protocol that both ends agreed on.</summary>
    public string Protocol { get; }

    /// <summary>The stream's account. Reserve on it before you allocate on the stream's behalf.</summary>
    public StreamScope Scope { get; }

    /// <summary>
    /// The bytes. Reading and writing are asynchronous only and throw an <see cref="IOException"/> once the stream was reset or
    /// its connection is over. Disposing it instead of the <see cref="PeerStream"/> leaves the account open.
    /// </summary>
    public Stream Stream => _stream;

    /// <summary>Completes, never faulted, when both halves have ended or the stream was reset.</summary>
    internal Task Closed => _stream.Closed;

    /// <summary>What all streams of one connection have in common: the same object for each of them.</summary>
    internal object? Connection { get; init; }

    /// <summary>Told once, when the stream has been disposed.</summary>
    internal Action<PeerStream>? OnDisposed { get; init; }

    /// <summary>Ends our half: the remote reads an end of stream after all that was written. Reading goes on.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The stream was reset or its connection is over.</exception>
    public ValueTask CloseWriteAsync(CancellationToken cancellationToken = default) => _stream.CloseWriteAsync(cancellationToken);

    /// <summary>
    /// Ends our half and waits for the remote to end its own, for 10 seconds at most; what it still sends is dropped. A remote
    /// that does not end its half by then gets a reset; that is no error. The account stays open until
    /// <see cref="DisposeAsync"/>.
    /// </summary>
    /// <param name="cancellationToken">Stops the waiting early, also with a reset instead of an error.</param>
    public async ValueTask CloseAsync(CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(CloseTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await _stream.CloseGracefullyAsync(either.Token);
    }

    /// <summary>Ends both halves at once and tells the remote why. Never throws; of a stream that is over it only drops what is unread.</summary>
    /// <param name="code">One of <see cref="StreamErrorCode"/>, or the protocol's own.</param>
    public void Reset(uint code) => _stream.Reset(code);

    /// <summary>
    /// Resets the stream unless both halves have ended. A stream that we opened gives back all that its account holds; the
    /// account of one that the remote opened lives until its handler has returned, however early the handler disposes the
    /// stream. Disposing again does nothing.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            await _stream.DisposeAsync();
        }
        finally
        {
            if (Scope.Direction == Direction.Outbound)
                Scope.Dispose();
            OnDisposed?.Invoke(this);
        }
    }
}
