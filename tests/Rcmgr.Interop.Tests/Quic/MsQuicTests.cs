using System.Net;
using System.Net.Quic;
using System.Net.Security;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Libp2p.Transports.Quic.MsQuic;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>What concerns only the engine on System.Net.Quic.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
public sealed class MsQuicTests
{
    [Fact]
    public async Task Clients_without_a_certificate_are_not_served_and_their_accounts_are_released_at_the_deadline()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using QuicPair hosts = await QuicPair.StartAsync(
            QuicEngine.MsQuic, configure: options => options with { HandshakeTimeout = TimeSpan.FromSeconds(1) });

        for (int i = 0; i < 3; i++)
            await Assert.ThrowsAnyAsync<Exception>(() => TalkWithoutCertificateAsync(hosts.Server.EndPoint(), ct));

        Assert.Empty(hosts.Server.Host.ConnectedPeers);
        await hosts.Client.Host.PingAsync(await hosts.DialAsync(), ct);
        await hosts.EndAsync();
    }

    [Fact]
    public async Task A_dial_names_no_server_and_both_sides_see_the_certificate_of_the_other()
    {
        QuicAvailability.Require(QuicEngine.MsQuic);
        CancellationToken ct = TestContext.Current.CancellationToken;
        using HostIdentity identity = HostIdentity.Generate();
        using MsQuicSettings settings = new(identity, QuicOptions.Default, TimeProvider.System);
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        using ConnectionScope scope = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true);
        string? named = null;
        TaskCompletionSource<byte[]> seen = new();
        await using QuicListener listener = await QuicListener.ListenAsync(
            settings.Listen(new IPEndPoint(IPAddress.Loopback, 0), (_, hello, _) =>
            {
                named = hello.ServerName;
                return ValueTask.FromResult(settings.Accept(seen.SetResult, new StreamCredit()));
            }),
            ct);

        await using MsQuicEngine engine = new(identity, QuicOptions.Default, TimeProvider.System, NullLogger.Instance);
        await using IQuicConnection dialed = await engine.DialAsync(listener.LocalEndPoint, scope, ct);

        Assert.Equal(string.Empty, named);
        Assert.NotEmpty(await seen.Task.WaitAsync(ct));
        Assert.NotEqual(0, dialed.RemoteCertificate.Length);
        Assert.Equal(MsQuicSettings.ConnectionBytes + QuicOptions.Default.ConnectionWindow, scope.Usage.Memory);
    }

    /// <summary>Connects, which may succeed before the server has judged, and waits for an answer on a stream, which must not come.</summary>
    private static async Task TalkWithoutCertificateAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        QuicClientConnectionOptions options = new()
        {
            RemoteEndPoint = endPoint,
            DefaultCloseErrorCode = 0,
            DefaultStreamErrorCode = 0,
            ClientAuthenticationOptions = new SslClientAuthenticationOptions
            {
                ApplicationProtocols = [new SslApplicationProtocol(QuicOptions.ApplicationProtocol)],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
        };
        await using QuicConnection connection = await QuicConnection.ConnectAsync(options, cancellationToken);
        await using QuicStream stream = await connection.OpenOutboundStreamAsync(QuicStreamType.Bidirectional, cancellationToken);
        await stream.WriteAsync("\x13/multistream/1.0.0\n"u8.ToArray(), cancellationToken);
        await stream.ReadExactlyAsync(new byte[1], cancellationToken);
    }
}
