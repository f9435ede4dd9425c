using System.Net.Security;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>The suites of TLS 1.3 that this side offers, and chooses from when it is the server.</summary>
internal static class PreferredSuites
{
    /// <summary>
    /// AES-128 first: every implementation of TLS 1.3 has it (RFC 8446 §9.1), Go's prefers it, and it is less work than AES-256, which the
    /// library would choose. Null where the platform keeps the choice to itself.
    /// </summary>
    public static CipherSuitesPolicy? Policy { get; } = OperatingSystem.IsWindows() || OperatingSystem.IsAndroid()
        ? null
        : new CipherSuitesPolicy(
        [
            TlsCipherSuite.TLS_AES_128_GCM_SHA256,
            TlsCipherSuite.TLS_AES_256_GCM_SHA384,
            TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        ]);
}
