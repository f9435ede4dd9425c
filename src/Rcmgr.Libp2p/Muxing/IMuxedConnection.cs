namespace Rcmgr.Libp2p.Muxing;

/// <summary>One connection that carries many streams. Safe for use from many threads.</summary>
internal interface IMuxedConnection : IAsyncDisposable
{
    /// <summary>Completes, never faulted, when the session is over and its channel is closed.</summary>
    Task Completion { get; }

    /// <summary>Opens a stream. Waits while too many earlier streams are unacknowledged.</summary>
    /// <exception cref="SessionClosedException">The session is over or takes no more streams.</exception>
    ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken);

    /// <summary>The next stream the remote opened, or null when the session is over.</summary>
    ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken);

    /// <summary>Ends the session and every stream, telling the remote <paramref name="code"/>; waits until the channel is closed.</summary>
    ValueTask CloseAsync(uint code, CancellationToken cancellationToken);
}
