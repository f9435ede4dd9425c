using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Negotiation;
using Rcmgr.Libp2p.Transports;

namespace Rcmgr.Libp2p.Swarm;

/// <content>Streams: those the remote opens, and the negotiation of either kind.</content>
internal sealed partial class PeerConnection
{
    private void Accept(MuxedStream stream)
    {
        if (!_context.ResourceManager.TryOpenStream(RemotePeer.Key, Direction.Inbound, out StreamScope? scope, out Refusal refusal))
        {
            stream.Reset(StreamErrorCode.ResourceLimitExceeded);
            // Without an account there is nothing to wait for: the remote may open another at once.
            stream.Dispose();
            _context.Events.Publish(new StreamRefusedEvent(RemotePeer, Direction.Inbound, refusal));
            return;
        }

        // On a thread of its own: a handler that blocks must not keep the connection from accepting.
        if (_handlers.TryRun(() => Task.Run(() => ServeAsync(stream, scope))))
            return;
        stream.Reset(StreamErrorCode.Shutdown);
        stream.Dispose();
        scope.Dispose();
    }

    private async Task ServeAsync(MuxedStream stream, StreamScope scope)
    {
        try
        {
            if (await ChooseHandlerAsync(stream, scope) is not { } handler)
                return;
            _context.ConnectionManager?.StreamOpened(Id);
            PeerStream peerStream = new(RemotePeer, RemoteAddress, handler.ProtocolId, stream, scope, _context.Time) { Connection = this };
            await HandleAsync(handler, peerStream);
        }
        finally
        {
            // Closed first: the account outlives the last buffer of the stream.
            await stream.DisposeAsync();
            scope.Dispose();
        }
    }

    private async Task HandleAsync(IStreamHandler handler, PeerStream stream)
    {
        try
        {
            await handler.HandleAsync(stream, _over.Token);
        }
        catch (Exception e)
        {
            stream.Reset(StreamErrorCode.None);
            LogHandlerFailed(_context.Logger, e, handler.ProtocolId, RemotePeer);
        }
        finally
        {
            _context.ConnectionManager?.StreamClosed(Id);
        }
    }

    /// <summary>Agrees with the remote on a protocol and charges it; null, and the stream reset, when there is none.</summary>
    private async Task<IStreamHandler?> ChooseHandlerAsync(MuxedStream stream, StreamScope scope)
    {
        string protocol;
        try
        {
            using Deadline deadline = new(_context.NegotiationTimeout, _context.Time, _over.Token);
            protocol = await MultistreamSelect.NegotiateInboundAsync(stream, _context.Protocols, deadline.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            stream.Reset(StreamErrorCode.NegotiationFailed);
            LogNegotiationFailed(_context.Logger, RemotePeer, e.Message);
            return null;
        }

        if (scope.TrySetProtocol(protocol, out Refusal refusal))
            return _context.Handlers[protocol];
        stream.Reset(StreamErrorCode.ResourceLimitExceeded);
        _context.Events.Publish(new StreamRefusedEvent(RemotePeer, Direction.Inbound, refusal));
        return null;
    }

    private async Task ProposeAsync(MuxedStream stream, string protocol, CancellationToken cancellationToken)
    {
        using Deadline deadline = new(_context.NegotiationTimeout, _context.Time, cancellationToken);
        try
        {
            await MultistreamSelect.NegotiateOutboundAsync(stream, [protocol], deadline.Token);
        }
        catch (OperationCanceledException e) when (deadline.IsExpired)
        {
            throw new TimeoutException("The remote did not answer the proposed protocol in time.", e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The handler of {Protocol} failed on a stream of {Peer}")]
    private static partial void LogHandlerFailed(ILogger logger, Exception error, string protocol, Identity.PeerId peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {Peer} agreed on no protocol: {Reason}")]
    private static partial void LogNegotiationFailed(ILogger logger, Identity.PeerId peer, string reason);
}
