using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>The functions of GnuTLS that are used, under their own names.</summary>
internal static unsafe partial class GnuTlsApi
{
    public const uint Server = 1;
    public const uint Client = 2;
    public const uint ForceClientCertificate = 1 << 9;
    public const uint NoTickets = 1 << 10;
    public const uint NoAutoSendTicket = 1 << 21;
    public const int CertificateCredentials = 1;
    public const int RequireCertificate = 2;
    public const int Pem = 1;
    public const uint MandatoryApplicationProtocol = 1;

    private const string GnuTls = Ngtcp2Library.GnuTls;

    [LibraryImport(GnuTls)]
    public static partial int gnutls_init(nint* session, uint flags);

    [LibraryImport(GnuTls)]
    public static partial void gnutls_deinit(nint session);

    [LibraryImport(GnuTls, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int gnutls_priority_init(nint* priority, string text, byte** errorPosition);

    [LibraryImport(GnuTls)]
    public static partial void gnutls_priority_deinit(nint priority);

    [LibraryImport(GnuTls)]
    public static partial int gnutls_priority_set(nint session, nint priority);

    [LibraryImport(GnuTls)]
    public static partial int gnutls_certificate_allocate_credentials(nint* credentials);

    [LibraryImport(GnuTls)]
    public static partial void gnutls_certificate_free_credentials(nint credentials);

    [LibraryImport(GnuTls)]
    public static partial int gnutls_certificate_set_x509_key_mem2(
        nint credentials, NativeDatum* certificate, NativeDatum* key, int format, byte* password, uint flags);

    [LibraryImport(GnuTls)]
    public static partial void gnutls_certificate_set_verify_function(nint credentials, nint function);

    [LibraryImport(GnuTls)]
    public static partial int gnutls_credentials_set(nint session, int type, nint credentials);

    [LibraryImport(GnuTls)]
    public static partial void gnutls_certificate_server_set_request(nint session, int request);

    [LibraryImport(GnuTls)]
    public static partial void gnutls_handshake_set_max_packet_length(nint session, nuint bytes);

    [LibraryImport(GnuTls)]
    public static partial int gnutls_alpn_set_protocols(nint session, NativeDatum* protocols, uint count, uint flags);

    [LibraryImport(GnuTls)]
    public static partial int gnutls_alpn_get_selected_protocol(nint session, NativeDatum* protocol);

    [LibraryImport(GnuTls)]
    public static partial NativeDatum* gnutls_certificate_get_peers(nint session, uint* count);

    [LibraryImport(GnuTls)]
    public static partial void gnutls_session_set_ptr(nint session, void* pointer);

    [LibraryImport(GnuTls)]
    public static partial void* gnutls_session_get_ptr(nint session);

    [LibraryImport(GnuTls)]
    public static partial nint gnutls_strerror(int error);

    /// <exception cref="InvalidOperationException"><paramref name="result"/> is an error.</exception>
    public static void Check(int result)
    {
        if (result < 0)
            throw new InvalidOperationException($"GnuTLS failed: {Marshal.PtrToStringUTF8(gnutls_strerror(result))}");
    }
}
