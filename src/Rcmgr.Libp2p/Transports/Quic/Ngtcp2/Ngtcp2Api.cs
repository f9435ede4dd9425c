using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// The functions of ngtcp2 and its crypto helper, under their own names. The library is built with assertions: every precondition it
/// documents must hold before a call, or the process ends.
/// </summary>
internal static unsafe partial class Ngtcp2Api
{
    private const string Ngtcp2 = Ngtcp2Library.Ngtcp2;
    private const string Crypto = Ngtcp2Library.Crypto;

    [LibraryImport(Ngtcp2)]
    public static partial NativeInfo* ngtcp2_version(int least);

    [LibraryImport(Ngtcp2)]
    public static partial nint ngtcp2_strerror(int error);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_settings_default_versioned(int version, NativeSettings* settings);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_transport_params_default_versioned(int version, NativeTransportParameters* parameters);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_conn_server_new_versioned(
        nint* connection, NativeConnectionId* destinationId, NativeConnectionId* sourceId, NativePath* path, uint version,
        int callbacksVersion, NativeCallbacks* callbacks, int settingsVersion, NativeSettings* settings,
        int parametersVersion, NativeTransportParameters* parameters, void* memory, nint userData);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_conn_client_new_versioned(
        nint* connection, NativeConnectionId* destinationId, NativeConnectionId* sourceId, NativePath* path, uint version,
        int callbacksVersion, NativeCallbacks* callbacks, int settingsVersion, NativeSettings* settings,
        int parametersVersion, NativeTransportParameters* parameters, void* memory, nint userData);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_conn_del(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_conn_set_tls_native_handle(nint connection, nint tls);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_conn_read_pkt_versioned(
        nint connection, NativePath* path, int infoVersion, NativePacketInfo* info, byte* packet, nuint length, ulong now);

    [LibraryImport(Ngtcp2)]
    public static partial nint ngtcp2_conn_writev_stream_versioned(
        nint connection, NativePath* path, int infoVersion, NativePacketInfo* info, byte* destination, nuint length,
        nint* accepted, uint flags, long stream, NativeVector* data, nuint count, ulong now);

    [LibraryImport(Ngtcp2)]
    public static partial nint ngtcp2_conn_write_connection_close_versioned(
        nint connection, NativePath* path, int infoVersion, NativePacketInfo* info, byte* destination, nuint length,
        NativeCloseError* error, ulong now);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_conn_update_pkt_tx_time(nint connection, ulong now);

    [LibraryImport(Ngtcp2)]
    public static partial ulong ngtcp2_conn_get_expiry(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_conn_handle_expiry(nint connection, ulong now);

    [LibraryImport(Ngtcp2)]
    public static partial ulong ngtcp2_conn_get_pto(nint connection);

    /// <summary>The path of what is sent; lives as long as the connection and changes in place.</summary>
    [LibraryImport(Ngtcp2)]
    public static partial NativePath* ngtcp2_conn_get_path(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_conn_get_conn_info_versioned(nint connection, int version, NativeConnectionInfo* info);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_conn_open_bidi_stream(nint connection, long* stream, nint userData);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_conn_shutdown_stream(nint connection, uint flags, long stream, ulong code);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_conn_extend_max_stream_offset(nint connection, long stream, ulong bytes);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_conn_extend_max_offset(nint connection, ulong bytes);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_conn_extend_max_streams_bidi(nint connection, nuint count);

    [LibraryImport(Ngtcp2)]
    public static partial nuint ngtcp2_conn_get_send_quantum(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial nuint ngtcp2_conn_get_path_max_tx_udp_payload_size(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial nuint ngtcp2_conn_get_max_tx_udp_payload_size(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial byte ngtcp2_conn_get_tls_alert(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial NativeCloseError* ngtcp2_conn_get_ccerr(nint connection);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_conn_set_keep_alive_timeout(nint connection, ulong nanoseconds);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_ccerr_set_application_error(NativeCloseError* error, ulong code, byte* reason, nuint length);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_ccerr_set_liberr(NativeCloseError* error, int code, byte* reason, nuint length);

    [LibraryImport(Ngtcp2)]
    public static partial void ngtcp2_ccerr_set_tls_alert(NativeCloseError* error, byte alert, byte* reason, nuint length);

    [LibraryImport(Ngtcp2)]
    public static partial int ngtcp2_accept(NativePacketHeader* header, byte* packet, nuint length);

    [LibraryImport(Ngtcp2)]
    public static partial nint ngtcp2_pkt_write_version_negotiation(
        byte* destination, nuint length, byte random, byte* destinationId, nuint destinationIdLength,
        byte* sourceId, nuint sourceIdLength, uint* versions, nuint count);

    [LibraryImport(Ngtcp2)]
    public static partial nint ngtcp2_pkt_write_stateless_reset(byte* destination, nuint length, byte* token, byte* random, nuint randomLength);

    [LibraryImport(Crypto)]
    public static partial int ngtcp2_crypto_gnutls_configure_server_session(nint session);

    [LibraryImport(Crypto)]
    public static partial int ngtcp2_crypto_gnutls_configure_client_session(nint session);

    [LibraryImport(Crypto)]
    public static partial nint ngtcp2_crypto_write_connection_close(
        byte* destination, nuint length, uint version, NativeConnectionId* destinationId, NativeConnectionId* sourceId,
        ulong code, byte* reason, nuint reasonLength);

    [LibraryImport(Crypto)]
    public static partial nint ngtcp2_crypto_write_retry(
        byte* destination, nuint length, uint version, NativeConnectionId* destinationId, NativeConnectionId* sourceId,
        NativeConnectionId* originalId, byte* token, nuint tokenLength);

    [LibraryImport(Crypto)]
    public static partial nint ngtcp2_crypto_generate_retry_token2(
        byte* token, byte* secret, nuint secretLength, uint version, byte* address, uint addressLength,
        NativeConnectionId* retryId, NativeConnectionId* originalId, ulong now);

    [LibraryImport(Crypto)]
    public static partial int ngtcp2_crypto_verify_retry_token2(
        NativeConnectionId* originalId, byte* token, nuint tokenLength, byte* secret, nuint secretLength, uint version,
        byte* address, uint addressLength, NativeConnectionId* destinationId, ulong timeout, ulong now);

    [LibraryImport(Crypto)]
    public static partial int ngtcp2_crypto_generate_stateless_reset_token(
        byte* token, byte* secret, nuint secretLength, NativeConnectionId* id);

    public static string Describe(int error) => Marshal.PtrToStringUTF8(ngtcp2_strerror(error)) ?? "unknown";
}
