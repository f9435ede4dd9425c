using System.Net.Quic;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Transports.Quic.MsQuic;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
public sealed class QuicFailuresTests
{
    [Theory]
    [InlineData(QuicError.ConnectionAborted, 0x1001L, "RemoteClose", 0x1001)]
    [InlineData(QuicError.ConnectionAborted, long.MaxValue, "RemoteClose", uint.MaxValue)]
    [InlineData(QuicError.ConnectionIdle, null, "KeepAliveTimeout", 0)]
    [InlineData(QuicError.ConnectionTimeout, null, "KeepAliveTimeout", 0)]
    [InlineData(QuicError.OperationAborted, null, "LocalClose", 0)]
    [InlineData(QuicError.InternalError, null, "ChannelFailed", 0)]
    public void The_end_of_a_connection_is_named_as_it_is_for_other_muxers(QuicError error, long? code, string reason, uint told)
    {
        SessionEnd end = QuicFailures.EndOf(new QuicException(error, code, "failed"));

        Assert.Equal(reason, end.Reason.ToString());
        Assert.Equal(told, end.Code);
    }

    [Fact]
    public void What_was_disposed_was_closed_by_us() =>
        Assert.Equal(SessionEndReason.LocalClose, QuicFailures.EndOf(new ObjectDisposedException("connection")).Reason);

    [Fact]
    public void A_closed_port_is_a_failure_of_the_network() =>
        Assert.IsType<SessionClosedException>(QuicFailures.OfDial(new SocketException((int)SocketError.HostUnreachable)));

    [Fact]
    public void A_handshake_that_takes_too_long_is_a_timeout() =>
        Assert.IsType<TimeoutException>(QuicFailures.OfDial(new QuicException(QuicError.ConnectionTimeout, null, "late")));

    [Fact]
    public void A_handshake_that_fails_is_the_remotes_failure_and_no_programming_error()
    {
        SessionClosedException failed = Assert.IsType<SessionClosedException>(
            QuicFailures.OfDial(new AuthenticationException("no common protocol")));

        Assert.Contains("no common protocol", failed.Message, StringComparison.Ordinal);
    }
}
