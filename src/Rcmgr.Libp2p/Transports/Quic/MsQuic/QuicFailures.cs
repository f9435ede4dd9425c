using System.Net.Quic;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>What the platform's errors mean to the host.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal static class QuicFailures
{
    /// <summary>How the connection ended that an operation on it failed with.</summary>
    public static SessionEnd EndOf(Exception error) => error is QuicException failure ? EndOf(failure) : Locally(error);

    /// <summary>Why a connection could not be made.</summary>
    public static Exception OfDial(Exception error) => error switch
    {
        QuicException { QuicError: QuicError.ConnectionTimeout or QuicError.ConnectionIdle } =>
            new TimeoutException("The remote did not complete the handshake in time.", error),
        SocketException => new SessionEnd(
            SessionEndReason.ChannelFailed, 0, "Nobody listens at the remote address, or no way leads there.", error).ToException(),
        AuthenticationException => new SessionEnd(
            SessionEndReason.ProtocolViolation, 0, $"The TLS handshake failed: {error.Message}", error).ToException(),
        _ => EndOf(error).ToException(),
    };

    private static SessionEnd EndOf(QuicException error) => error switch
    {
        { QuicError: QuicError.ConnectionAborted } => new SessionEnd(
            SessionEndReason.RemoteClose, Code(error.ApplicationErrorCode),
            $"The remote closed the connection with code 0x{error.ApplicationErrorCode ?? 0:x}.", error),
        { QuicError: QuicError.OperationAborted } => Locally(error),
        { QuicError: QuicError.ConnectionTimeout or QuicError.ConnectionIdle } =>
            new SessionEnd(SessionEndReason.KeepAliveTimeout, 0, "The remote sent nothing for too long.", error),
        { TransportErrorCode: { } code } => new SessionEnd(
            SessionEndReason.RemoteClose, Code(code), $"The connection ended with transport error 0x{code:x}.", error),
        _ => new SessionEnd(SessionEndReason.ChannelFailed, 0, $"The QUIC connection failed: {error.Message}", error),
    };

    private static SessionEnd Locally(Exception error) => new(SessionEndReason.LocalClose, 0, "The session was closed.", error);

    /// <summary>A code of the remote's as our codes are: those are 32 bits wide.</summary>
    public static uint Code(long? code) => (uint)Math.Clamp(code ?? 0, 0, uint.MaxValue);
}
