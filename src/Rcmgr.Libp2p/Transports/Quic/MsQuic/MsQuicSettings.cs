using System.Net;
using System.Net.Quic;
using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Security.Tls;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// What every connection of a host has in common: its certificate, its bounds. TLS 1.3 with a certificate of both sides, no resumption
/// (every connection proves the identity anew), no server name. Safe for use from many threads.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicSettings : IDisposable
{
    /// <summary>What the library and the platform hold of one connection: 65 to 70 KiB were measured of an idle one.</summary>
    public const int ConnectionBytes = 80 * 1024;

    /// <summary>What the platform reads ahead of one stream, beyond the windows.</summary>
    public const int StreamBytes = 64 * 1024;

    private readonly X509Certificate2 _certificate;
    private readonly SslStreamCertificateContext _certificateContext;
    private readonly List<SslApplicationProtocol> _applicationProtocols = [new(QuicOptions.ApplicationProtocol)];

    public MsQuicSettings(HostIdentity identity, QuicOptions options, TimeProvider time)
    {
        Options = options;
        _certificate = Libp2pCertificate.Create(identity, time);
        _certificateContext = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
    }

    public QuicOptions Options { get; }

    public void Dispose() => _certificate.Dispose();

    /// <param name="endPoint">Where to listen.</param>
    /// <param name="choose">Decides about each connection, after its first packet and before its handshake.</param>
    public QuicListenerOptions Listen(
        IPEndPoint endPoint, Func<QuicConnection, SslClientHelloInfo, CancellationToken, ValueTask<QuicServerConnectionOptions>> choose)
    {
        return new QuicListenerOptions
        {
            ListenEndPoint = endPoint,
            ApplicationProtocols = _applicationProtocols,
            // A refused connection keeps its place for seconds: with few places a flood of those would keep everybody out.
            ListenBacklog = Options.RefuseAbove,
            ConnectionOptionsCallback = choose,
        };
    }

    /// <param name="seen">Is given the remote's one certificate, before the handshake ends.</param>
    /// <param name="credit">Is told how many streams the remote allows.</param>
    public QuicServerConnectionOptions Accept(Action<byte[]> seen, StreamCredit credit)
    {
        QuicServerConnectionOptions options = new()
        {
            ServerAuthenticationOptions = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _certificateContext,
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = _applicationProtocols,
                AllowTlsResume = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                CertificateChainPolicy = CertificateJudge.CreateChainPolicy(),
                RemoteCertificateValidationCallback = Keep(seen),
            },
        };
        SetBounds(options, credit);
        return options;
    }

    /// <inheritdoc cref="Accept"/>
    public QuicClientConnectionOptions Dial(IPEndPoint endPoint, Action<byte[]> seen, StreamCredit credit)
    {
        QuicClientConnectionOptions options = new()
        {
            RemoteEndPoint = endPoint,
            // An address, and no target host: no server name is sent, as the specification wants it.
            ClientAuthenticationOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = _certificateContext,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = _applicationProtocols,
                AllowTlsResume = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                CertificateChainPolicy = CertificateJudge.CreateChainPolicy(),
                RemoteCertificateValidationCallback = Keep(seen),
            },
        };
        SetBounds(options, credit);
        return options;
    }

    /// <summary>
    /// The library's verdict does not count: names and chains mean nothing to libp2p. The certificate is kept for the judge of all
    /// transports, unless it is one that the judge would not look at.
    /// </summary>
    private static RemoteCertificateValidationCallback Keep(Action<byte[]> seen) => (_, certificate, chain, _) =>
    {
        if (certificate is not X509Certificate2 remote || remote.RawDataMemory.Length > Libp2pCertificate.MaxBytes
            || (chain is not null && CertificateJudge.HasFurtherCertificates(chain, remote)))
            return false;
        seen(remote.RawData);
        return true;
    };

    private void SetBounds(QuicConnectionOptions options, StreamCredit credit)
    {
        options.HandshakeTimeout = Options.HandshakeTimeout;
        options.IdleTimeout = Options.IdleTimeout;
        options.KeepAliveInterval = Options.KeepAliveInterval;
        options.MaxInboundBidirectionalStreams = Options.MaxInboundStreams;
        options.MaxInboundUnidirectionalStreams = 0;
        options.InitialReceiveWindowSizes = new QuicReceiveWindowSizes
        {
            Connection = Options.ConnectionWindow,
            LocallyInitiatedBidirectionalStream = Options.StreamWindow,
            RemotelyInitiatedBidirectionalStream = Options.StreamWindow,
        };
        options.DefaultCloseErrorCode = ConnectionErrorCode.None;
        options.DefaultStreamErrorCode = StreamErrorCode.None;
        options.StreamCapacityCallback = (_, change) => credit.Add(change.BidirectionalIncrement);
    }
}
