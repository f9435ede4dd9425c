using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Security.Tls;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// What every TLS session of a host shares: its certificate and what it negotiates. TLS 1.3 only, both sides with a certificate, no
/// tickets (every connection proves the identity anew), no server name. Once made, safe for use from many threads.
/// </summary>
internal sealed unsafe class TlsCredentials : IDisposable
{
    /// <summary>What one session holds in the TLS library, for which the library has no hook: measured.</summary>
    public const int SessionBytes = 18 * 1024;

    private const string Priorities =
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:%DISABLE_TLS13_COMPAT_MODE";

    private static readonly byte[] ApplicationProtocol = Encoding.ASCII.GetBytes(QuicOptions.ApplicationProtocol);

    private readonly nint _credentials;
    private readonly nint _priorities;
    private bool _isDisposed;

    public TlsCredentials(HostIdentity identity, TimeProvider time)
    {
        nint credentials;
        nint priorities;
        GnuTlsApi.Check(GnuTlsApi.gnutls_certificate_allocate_credentials(&credentials));
        _credentials = credentials;
        using X509Certificate2 certificate = Libp2pCertificate.Create(identity, time);
        SetCertificate(certificate);
        GnuTlsApi.gnutls_certificate_set_verify_function(_credentials, (nint)(delegate* unmanaged[Cdecl]<nint, int>)&Verify);
        GnuTlsApi.Check(GnuTlsApi.gnutls_priority_init(&priorities, Priorities, null));
        _priorities = priorities;
    }

    /// <summary>A new session that points at <paramref name="reference"/>, which must outlive it.</summary>
    public nint CreateSession(bool isServer, ConnectionReference* reference)
    {
        const uint Flags = GnuTlsApi.NoAutoSendTicket | GnuTlsApi.NoTickets;
        nint session;
        GnuTlsApi.Check(GnuTlsApi.gnutls_init(
            &session, isServer ? GnuTlsApi.Server | Flags : GnuTlsApi.Client | GnuTlsApi.ForceClientCertificate | Flags));
        try
        {
            Configure(session, isServer);
        }
        catch
        {
            GnuTlsApi.gnutls_deinit(session);
            throw;
        }

        GnuTlsApi.gnutls_session_set_ptr(session, reference);
        return session;
    }

    /// <summary>Whether a completed handshake agreed on the application protocol.</summary>
    public static bool HasApplicationProtocol(nint session)
    {
        NativeDatum selected;
        return GnuTlsApi.gnutls_alpn_get_selected_protocol(session, &selected) == 0
            && new ReadOnlySpan<byte>(selected.Data, (int)selected.Size).SequenceEqual(ApplicationProtocol);
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        GnuTlsApi.gnutls_certificate_free_credentials(_credentials);
        GnuTlsApi.gnutls_priority_deinit(_priorities);
    }

    private void Configure(nint session, bool isServer)
    {
        GnuTlsApi.Check(GnuTlsApi.gnutls_priority_set(session, _priorities));
        GnuTlsApi.Check(GnuTlsApi.gnutls_credentials_set(session, GnuTlsApi.CertificateCredentials, _credentials));
        GnuTlsApi.gnutls_handshake_set_max_packet_length(session, 2 * Libp2pCertificate.MaxBytes);
        if (isServer)
            GnuTlsApi.gnutls_certificate_server_set_request(session, GnuTlsApi.RequireCertificate);
        fixed (byte* name = ApplicationProtocol)
        {
            NativeDatum protocol = new() { Data = name, Size = (uint)ApplicationProtocol.Length };
            GnuTlsApi.Check(GnuTlsApi.gnutls_alpn_set_protocols(session, &protocol, 1, GnuTlsApi.MandatoryApplicationProtocol));
        }

        int configured = isServer
            ? Ngtcp2Api.ngtcp2_crypto_gnutls_configure_server_session(session)
            : Ngtcp2Api.ngtcp2_crypto_gnutls_configure_client_session(session);
        if (configured != 0)
            throw new InvalidOperationException("The TLS session cannot be used with QUIC.");
    }

    private void SetCertificate(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        byte[] certificatePem = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
        byte[] keyPem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
        try
        {
            fixed (byte* certificateData = certificatePem)
            fixed (byte* keyData = keyPem)
            {
                NativeDatum certificateDatum = new() { Data = certificateData, Size = (uint)certificatePem.Length };
                NativeDatum keyDatum = new() { Data = keyData, Size = (uint)keyPem.Length };
                GnuTlsApi.Check(GnuTlsApi.gnutls_certificate_set_x509_key_mem2(
                    _credentials, &certificateDatum, &keyDatum, GnuTlsApi.Pem, null, 0));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyPem);
        }
    }

    /// <summary>
    /// Runs once on either side, after the remote has proved to hold the key: keeps the one certificate for the judge. Zero accepts.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Verify(nint session)
    {
        try
        {
            ConnectionReference* reference = (ConnectionReference*)GnuTlsApi.gnutls_session_get_ptr(session);
            uint count;
            NativeDatum* certificates = GnuTlsApi.gnutls_certificate_get_peers(session, &count);
            if (certificates is null || count != 1 || certificates->Size > Libp2pCertificate.MaxBytes)
                return -1;
            ReadOnlySpan<byte> certificate = new(certificates->Data, (int)certificates->Size);
            Ngtcp2Connection.Of(reference->Owner).OnRemoteCertificate(certificate.ToArray());
            return 0;
        }
        catch (Exception)
        {
            return -1;
        }
    }
}
