using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Tls;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Remotes that speak TLS correctly, but not libp2p's.</summary>
public sealed class TlsProtocolTests
{
    private static readonly SslApplicationProtocol Libp2p = new("libp2p");

    [Fact]
    public async Task Client_without_a_certificate_is_refused()
    {
        var outcome = await OutcomeAgainstClientAsync(ClientOptions(certificate: null));

        Assert.True(FailureOf(outcome) is SecurityFailure.BadCertificate or SecurityFailure.TlsFailed, outcome?.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificate_without_a_libp2p_identity_is_refused(bool weInitiate)
    {
        using var certificate = TestCertificates.P256((_, _) => { });

        Assert.Equal(SecurityFailure.BadCertificate, FailureOf(await OutcomeAgainstAsync(weInitiate, certificate)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificate_above_the_size_limit_is_refused(bool weInitiate)
    {
        using var certificate = TestCertificates.P256((request, key) =>
        {
            request.CertificateExtensions.Add(TestCertificates.Proof(Carol, key));
            request.CertificateExtensions.Add(new X509Extension("1.2.3.4", new byte[17 * 1024], false));
        });

        Assert.Equal(SecurityFailure.TooLarge, FailureOf(await OutcomeAgainstAsync(weInitiate, certificate)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Second_certificate_is_refused(bool weInitiate)
    {
        using var authority = CreateAuthority();
        using var intermediate = CreateIssuedBy(authority, isAuthority: true);
        using var certificate = CreateIssuedBy(intermediate);

        Assert.Equal(SecurityFailure.BadCertificate, FailureOf(await OutcomeAgainstAsync(weInitiate, certificate, intermediate)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificate_from_an_authority_is_not_signed_by_its_own_key(bool weInitiate)
    {
        using var authority = CreateAuthority();
        using var certificate = CreateIssuedBy(authority);

        Assert.Equal(SecurityFailure.BadSignature, FailureOf(await OutcomeAgainstAsync(weInitiate, certificate)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Addresses_in_a_certificate_are_not_visited(bool weInitiate)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var authority = CreateAuthority();
        using var certificate = CreateIssuedBy(authority, issuerAddress: $"http://{listener.LocalEndpoint}/issuer");

        await OutcomeAgainstAsync(weInitiate, certificate);

        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Version_below_TLS_1_3_is_refused(bool weInitiate)
    {
        using var certificate = Libp2pCertificate.Create(Carol, TimeProvider.System);

        var outcome = weInitiate
            ? await OutcomeAgainstServerAsync(ServerOptions(certificate, version: SslProtocols.Tls12))
            : await OutcomeAgainstClientAsync(ClientOptions(certificate, version: SslProtocols.Tls12));

        Assert.Equal(SecurityFailure.TlsFailed, FailureOf(outcome));
    }

    [Fact]
    public async Task Client_that_offers_foreign_application_protocols_only_is_refused()
    {
        using var certificate = Libp2pCertificate.Create(Carol, TimeProvider.System);
        var options = ClientOptions(certificate);
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];

        Assert.Equal(SecurityFailure.TlsFailed, FailureOf(await OutcomeAgainstClientAsync(options)));
    }

    [Fact]
    public async Task Client_that_offers_no_application_protocol_negotiates_the_muxer_afterwards()
    {
        using var certificate = Libp2pCertificate.Create(Carol, TimeProvider.System);
        var options = ClientOptions(certificate);
        options.ApplicationProtocols = null;

        Assert.Null(await OutcomeAgainstClientAsync(options));
    }

    [Fact]
    public async Task Suite_of_the_least_work_is_chosen_from_what_a_client_offers()
    {
        using var certificate = Libp2pCertificate.Create(Carol, TimeProvider.System);
        var (a, b) = DuplexEnd.CreatePair();
        await using var client = new SslStream(b);
        var connected = client.AuthenticateAsClientAsync(ClientOptions(certificate), Deadline);

        await Tls(Alice, Yamux).SecureAsync(a, false, null, Deadline);
        await connected;

        Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, client.NegotiatedCipherSuite);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [UnsupportedOSPlatform("windows")]
    public async Task Remote_that_has_only_another_suite_is_served(TlsCipherSuite suite)
    {
        using var certificate = Libp2pCertificate.Create(Carol, TimeProvider.System);
        var options = ClientOptions(certificate);
        options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);

        Assert.Null(await OutcomeAgainstClientAsync(options));
    }

    [Fact]
    public async Task No_server_name_is_sent()
    {
        using var certificate = Libp2pCertificate.Create(Carol, TimeProvider.System);
        string? seen = null;
        var (a, b) = DuplexEnd.CreatePair();
        await using var server = new SslStream(b);
        var accepted = server.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            seen = hello.ServerName;
            return ValueTask.FromResult(ServerOptions(certificate));
        }, null, Deadline);

        await Tls(Alice, Yamux).SecureAsync(a, true, null, Deadline);
        await accepted;

        Assert.Equal("", seen);
    }

    [Fact]
    public async Task Own_certificate_travels_alone_and_proves_our_identity()
    {
        using var certificate = Libp2pCertificate.Create(Carol, TimeProvider.System);
        var (a, b) = DuplexEnd.CreatePair();
        await using var server = new SslStream(b);
        var accepted = server.AuthenticateAsServerAsync(ServerOptions(certificate), Deadline);

        await Tls(Alice, Yamux).SecureAsync(a, true, null, Deadline);
        await accepted;

        byte[] sent = server.RemoteCertificate!.GetRawCertData();
        Assert.Equal(Alice.PeerId, Libp2pCertificate.Verify(sent, null, TimeProvider.System).PeerId);
    }

    private static Task<Exception?> OutcomeAgainstAsync(
        bool weInitiate, X509Certificate2 certificate, params X509Certificate2[] further) =>
        weInitiate
            ? OutcomeAgainstServerAsync(ServerOptions(certificate, further))
            : OutcomeAgainstClientAsync(ClientOptions(certificate, further));

    private static async Task<Exception?> OutcomeAgainstServerAsync(SslServerAuthenticationOptions options)
    {
        var (a, b) = DuplexEnd.CreatePair();
        await using var remote = new SslStream(b);
        var hostile = Record.ExceptionAsync(() => remote.AuthenticateAsServerAsync(options, Deadline));
        var outcome = await OutcomeAsync(Tls(Alice, Yamux).SecureAsync(a, true, null, Deadline));
        await hostile;
        return outcome;
    }

    private static async Task<Exception?> OutcomeAgainstClientAsync(SslClientAuthenticationOptions options)
    {
        var (a, b) = DuplexEnd.CreatePair();
        await using var remote = new SslStream(b);
        var hostile = Record.ExceptionAsync(() => remote.AuthenticateAsClientAsync(options, Deadline));
        var outcome = await OutcomeAsync(Tls(Alice, Yamux).SecureAsync(a, false, null, Deadline));
        await hostile;
        return outcome;
    }

    private static SslServerAuthenticationOptions ServerOptions(
        X509Certificate2 certificate, X509Certificate2[]? further = null, SslProtocols version = SslProtocols.Tls13) => new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [.. further ?? []], offline: true),
            ClientCertificateRequired = true,
            EnabledSslProtocols = version,
            ApplicationProtocols = [Libp2p],
            RemoteCertificateValidationCallback = (_, remote, _, _) => remote is not null,
        };

    private static SslClientAuthenticationOptions ClientOptions(
        X509Certificate2? certificate, X509Certificate2[]? further = null, SslProtocols version = SslProtocols.Tls13) => new()
        {
            TargetHost = string.Empty,
            ClientCertificateContext = certificate is null
                ? null
                : SslStreamCertificateContext.Create(certificate, [.. further ?? []], offline: true),
            EnabledSslProtocols = version,
            ApplicationProtocols = [Libp2p],
            RemoteCertificateValidationCallback = (_, remote, _, _) => remote is not null,
        };

    private static X509Certificate2 CreateAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 2, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 CreateIssuedBy(X509Certificate2 authority, bool isAuthority = false, string? issuerAddress = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(isAuthority ? "CN=intermediate" : "CN=test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(TestCertificates.Proof(Carol, key.ExportSubjectPublicKeyInfo()));
        if (isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (issuerAddress is not null)
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [issuerAddress]));
        // The issuer's own days: counted from now, they may end a second after the issuer's.
        using var issued = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3]);
        return issued.CopyWithPrivateKey(key);
    }
}
