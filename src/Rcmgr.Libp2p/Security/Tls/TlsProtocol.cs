using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// libp2p's TLS handshake: TLS 1.3, both sides with a certificate that proves their identity, the muxer chosen by the
/// application-layer protocol negotiation (libp2p TLS and inlined-muxer-negotiation specifications). Dispose it after its last handshake.
/// </summary>
internal sealed class TlsProtocol : ISecurityProtocol, IDisposable
{
    /// <summary>What the TLS library may hold of one handshake: its certificate limit, record buffers and key schedule.</summary>
    public const int HandshakeBufferBytes = 160 * 1024;

    /// <summary>
    /// One received and one sent record with the library's own copies of them, and what is gathered and read ahead below it. About
    /// a fifth of it stays with an idle stream: the library's connection state.
    /// </summary>
    public const int TransportBufferBytes = (128 * 1024) + RecordStream.MaxBufferBytes;

    /// <summary>Offered last by every peer: agreed on when the muxer is to be chosen afterwards.</summary>
    private static readonly SslApplicationProtocol MuxerFollows = new("libp2p");

    private readonly TimeProvider _time;
    private readonly X509Certificate2 _certificate;
    private readonly SslStreamCertificateContext _certificateContext;
    private readonly List<SslApplicationProtocol> _applicationProtocols;

    /// <param name="identity">The identity this side proves; signs once, here.</param>
    /// <param name="muxers">The supported muxers, most preferred first.</param>
    /// <param name="time">The clock that validity periods are held against.</param>
    public TlsProtocol(HostIdentity identity, IReadOnlyList<string> muxers, TimeProvider time)
    {
        _time = time;
        _certificate = Libp2pCertificate.Create(identity, time);
        _certificateContext = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
        _applicationProtocols = [.. muxers.Select(muxer => new SslApplicationProtocol(muxer)), MuxerFollows];
    }

    public string ProtocolId => "/tls/1.0.0";

    int ISecurityProtocol.HandshakeBufferBytes => HandshakeBufferBytes;

    int ISecurityProtocol.TransportBufferBytes => TransportBufferBytes;

    public async ValueTask<SecuredChannel> SecureAsync(Stream raw, bool isInitiator, PeerId? expectedRemote, CancellationToken ct)
    {
        var records = new RecordStream(raw, ArrayPool<byte>.Shared);
        var tls = new TlsStream(records);
        var judge = new CertificateJudge(expectedRemote, _time);
        try
        {
            await (isInitiator
                ? tls.AuthenticateAsClientAsync(ClientOptions(judge), ct)
                : tls.AuthenticateAsServerAsync(ServerOptions(judge), ct));
            records.ReadAhead();
            var peer = judge.Peer ?? throw new SecurityException(SecurityFailure.BadCertificate, "The remote sent no certificate.");
            return new SecuredChannel(tls, peer.PeerId, peer.PublicKey, MuxerOf(tls.NegotiatedApplicationProtocol));
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (judge.Refusal is not null)
                throw judge.Refusal;
            // What a hostile remote makes of the library's own parsing must not surface as a programming error.
            if (e is not (IOException or OperationCanceledException or ObjectDisposedException))
                throw new SecurityException(SecurityFailure.TlsFailed, "The TLS handshake failed: " + e.Message, e);
            throw;
        }
    }

    public void Dispose() => _certificate.Dispose();

    private static string? MuxerOf(SslApplicationProtocol agreed) =>
        agreed == MuxerFollows || agreed.Protocol.IsEmpty ? null : agreed.ToString();

    private SslClientAuthenticationOptions ClientOptions(CertificateJudge judge) => new()
    {
        // An empty name sends no server name indication.
        TargetHost = string.Empty,
        ClientCertificateContext = _certificateContext,
        EnabledSslProtocols = SslProtocols.Tls13,
        CipherSuitesPolicy = PreferredSuites.Policy,
        ApplicationProtocols = _applicationProtocols,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = CertificateJudge.CreateChainPolicy(),
        RemoteCertificateValidationCallback = judge.Judge,
    };

    private SslServerAuthenticationOptions ServerOptions(CertificateJudge judge) => new()
    {
        ServerCertificateContext = _certificateContext,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CipherSuitesPolicy = PreferredSuites.Policy,
        ApplicationProtocols = _applicationProtocols,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = CertificateJudge.CreateChainPolicy(),
        RemoteCertificateValidationCallback = judge.Judge,
    };
}
