using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>Streams that this side opens. On the loop's thread.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    private bool _mayOpenMore;

    private void Open(OpenRequest request)
    {
        if (_end is { } end)
        {
            request.Fail(end.ToException());
            return;
        }

        _opening.Enqueue(request);
        _mayOpenMore = true;
        MarkDirty();
    }

    private void OpenWaiting()
    {
        if (!_mayOpenMore)
            return;
        _mayOpenMore = false;
        while (_opening.TryPeek(out OpenRequest? request))
        {
            if (!request.IsOver && !TryOpen(request))
                return;
            _opening.Dequeue();
        }
    }

    private bool TryOpen(OpenRequest request)
    {
        long id;
        int result = Ngtcp2Api.ngtcp2_conn_open_bidi_stream(_native, &id, 0);
        if (result == NativeError.StreamIdBlocked)
            return false;
        if (result != 0)
        {
            request.Fail(Broken(Ngtcp2Api.Describe(result), SessionEndReason.ChannelFailed).ToException());
            return true;
        }

        Ngtcp2Stream stream = new(this, id, isOutbound: true);
        _streams.Add(id, stream);
        if (!request.Succeed(stream))
            stream.Reset(0);
        return true;
    }
}
