using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>What comes in: datagrams, timers, and what callbacks decided. On the loop's thread.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    private bool _isPastHandshake;

    /// <summary>
    /// Takes a datagram. The library's client must write once between the packet that ends its handshake and any packet after the
    /// handshake: a server that confirms the handshake before that would end the process. So such packets wait for that write, and are
    /// lost where they came too early.
    /// </summary>
    public void Receive(in NativePath path, byte* datagram, int length)
    {
        if (_native == 0 || !IsFromAdmitted(path))
            return;
        if (IsServer || _isPastHandshake)
        {
            Read(path, datagram, length);
            return;
        }

        int handshake = DatagramHeader.HandshakeLength(new ReadOnlySpan<byte>(datagram, length));
        Read(path, datagram, handshake);
        if (IsEstablished)
            Flush();
        if (_isPastHandshake)
            Read(path, datagram + handshake, length - handshake);
    }

    private void Read(in NativePath path, byte* packet, int length)
    {
        if (_native == 0 || length < 1)
            return;
        NativePacketInfo info = default;
        NativePath from = path;
        int result = Ngtcp2Api.ngtcp2_conn_read_pkt_versioned(
            _native, &from, StructVersion.PacketInfo, &info, packet, (nuint)length, NativeLoop.Now);
        if (result == 0)
        {
            if (IsServer)
                FollowPath(path, length);
            RetryBlocked();
            MarkDirty();
            AfterEvents();
            return;
        }

        switch (result)
        {
            case NativeError.Draining:
                Retire(DescribeRemoteClose(), packet: null);
                break;
            case NativeError.DropConnection or NativeError.Retry:
                Retire(Broken("the first packet was no valid one", SessionEndReason.ProtocolViolation), packet: null);
                break;
            case NativeError.Crypto:
                CloseWithAlert(Ngtcp2Api.ngtcp2_conn_get_tls_alert(_native), SessionEndReason.ProtocolViolation);
                break;
            default:
                CloseWithError(result);
                break;
        }
    }

    void ITimed.OnTimer()
    {
        if (_native == 0)
            return;
        int result = Ngtcp2Api.ngtcp2_conn_handle_expiry(_native, NativeLoop.Now);
        if (result == 0)
        {
            MarkDirty();
            AfterEvents();
            return;
        }

        _isTimedOut = result is NativeError.HandshakeTimeout or NativeError.IdleClose;
        if (_isTimedOut)
            Retire(Broken(Ngtcp2Api.Describe(result), SessionEndReason.KeepAliveTimeout), packet: null);
        else
            CloseWithError(result);
    }

    /// <summary>Acts on what callbacks decided while the library was busy.</summary>
    private void AfterEvents()
    {
        if (_native == 0)
            return;
        if (_refusal is { } refusal && !IsEstablished)
        {
            CloseWithCode(
                ConnectionErrorCode.ResourceLimitExceeded,
                new SessionEnd(SessionEndReason.LocalClose, ConnectionErrorCode.ResourceLimitExceeded, refusal.ToString()));
            return;
        }

        if (IsEstablished && !_isHandedOver)
            HandOver();
    }

    private void HandOver()
    {
        _isHandedOver = true;
        CountHandshakeOut();
        _established.TrySetResult();
        if (_endpoint.Gate is null || _endpoint.Gate.TryTake(this, _scope))
            return;
        _isHandedOver = false;
        CloseWithCode(
            ConnectionErrorCode.Shutdown, new SessionEnd(SessionEndReason.LocalClose, ConnectionErrorCode.Shutdown, "The host stops."));
    }

    private void CountHandshakeOut()
    {
        if (!_isHandshakeCounted)
            return;
        _isHandshakeCounted = false;
        _endpoint.Handshaking--;
    }
}
