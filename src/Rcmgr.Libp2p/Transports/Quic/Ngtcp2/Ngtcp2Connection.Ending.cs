using System.Text;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>How a connection ends. On the loop's thread.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    private const byte BadCertificateAlert = 42;

    /// <summary>The longest reason of a remote that is repeated.</summary>
    private const int MaxReason = 128;

    /// <summary>The kernel says that nobody listens at the remote address.</summary>
    public void OnUnreachable()
    {
        if (!IsEstablished)
            Retire(Broken("nobody listens at the remote address", SessionEndReason.ChannelFailed), packet: null);
    }

    /// <summary>Ends without a word: the loop ends.</summary>
    public void Abandon() => Retire(new SessionEnd(SessionEndReason.LocalClose, 0, "The host stopped."), packet: null);

    private void CloseLocally(uint code, bool isAlert)
    {
        if (_native == 0)
            return;
        if (isAlert)
            CloseWithAlert((byte)code, SessionEndReason.LocalClose);
        else
            CloseWithCode(code, new SessionEnd(SessionEndReason.LocalClose, code, "The session was closed."));
    }

    private void CloseWithError(int result)
    {
        if (result == NativeError.OutOfMemory)
        {
            CloseForMemory();
            return;
        }

        if (_fault is not null)
            LogFault(_endpoint.Context.Logger, _fault);
        NativeCloseError error;
        Ngtcp2Api.ngtcp2_ccerr_set_liberr(&error, result, null, 0);
        WriteClose(&error, Broken(Ngtcp2Api.Describe(result), SessionEndReason.ProtocolViolation));
    }

    private void CloseForMemory()
    {
        string detail = $"The library may have {_allocator.Limit} bytes for a connection, and wanted more.";
        if (_allocator.LastRefusal is { } refused)
        {
            detail = refused.ToString();
            _refusal ??= refused;
            if (!IsEstablished)
                _endpoint.Gate?.Refused(RemoteEndPoint, refused);
        }

        CloseWithCode(
            ConnectionErrorCode.ResourceLimitExceeded,
            new SessionEnd(SessionEndReason.LocalClose, ConnectionErrorCode.ResourceLimitExceeded, detail));
    }

    private void CloseWithAlert(byte alert, SessionEndReason reason)
    {
        NativeCloseError error;
        Ngtcp2Api.ngtcp2_ccerr_set_tls_alert(&error, alert, null, 0);
        WriteClose(&error, Broken($"the TLS handshake failed with alert {alert}", reason));
    }

    private void CloseWithCode(uint code, SessionEnd end)
    {
        NativeCloseError error;
        Ngtcp2Api.ngtcp2_ccerr_set_application_error(&error, code, null, 0);
        WriteClose(&error, end);
    }

    private void WriteClose(NativeCloseError* error, SessionEnd end)
    {
        SendBatch batch = Loop.Outgoing;
        NativePath path = batch.NewPath();
        NativePacketInfo info;
        nint length = Ngtcp2Api.ngtcp2_conn_write_connection_close_versioned(
            _native, &path, StructVersion.PacketInfo, &info, batch.Next, MaxPayload, error, NativeLoop.Now);
        byte[]? packet = null;
        if (length > 0)
        {
            _endpoint.Send(batch.Next, (int)length, (int)length, path);
            packet = new ReadOnlySpan<byte>(batch.Next, (int)length).ToArray();
        }

        Retire(end, packet);
    }

    private void Retire(SessionEnd end, byte[]? packet)
    {
        if (_native == 0)
            return;
        if (!_isTimedOut)
            _endpoint.Remember([.. _ids], packet ?? [], NativeLoop.Now + (3 * Math.Min(Ngtcp2Api.ngtcp2_conn_get_pto(_native), 1_000_000_000)));
        Finish(end);
    }

    private SessionEnd DescribeRemoteClose()
    {
        NativeCloseError* error = Ngtcp2Api.ngtcp2_conn_get_ccerr(_native);
        string reason = error->Reason is null
            ? string.Empty
            : Encoding.UTF8.GetString(new ReadOnlySpan<byte>(error->Reason, (int)nuint.Min(error->ReasonLength, MaxReason)));
        string kind = error->Type == NativeCloseError.Application ? "code" : "transport error";
        return new SessionEnd(
            SessionEndReason.RemoteClose, (uint)Math.Min(error->Code, uint.MaxValue),
            $"The remote closed the connection with {kind} 0x{error->Code:x}{(reason.Length == 0 ? "." : $": {reason}")}");
    }

    private static SessionEnd Broken(string what, SessionEndReason reason) => new(reason, 0, $"The QUIC connection ended: {what}.");
}
