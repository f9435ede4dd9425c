using System.Net.Quic;
using System.Runtime.Versioning;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>Whether System.Net.Quic can be used.</summary>
internal static class MsQuicLibrary
{
    /// <summary>Why it cannot be used, as a sentence; null when it can.</summary>
    public static string? WhyNot => IsSupported ? null : Missing;

    [SupportedOSPlatformGuard("linux")]
    [SupportedOSPlatformGuard("macos")]
    [SupportedOSPlatformGuard("windows")]
    public static bool IsSupported =>
        (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows())
        && QuicListener.IsSupported && QuicConnection.IsSupported;

    /// <summary>What to do about it, as a sentence.</summary>
    public static string Missing => OperatingSystem.IsWindows()
        ? "System.Net.Quic needs Windows 11 or Windows Server 2022 with TLS 1.3."
        : "System.Net.Quic finds no libmsquic that it can use. Install the package libmsquic (Microsoft's package feed for Linux, Alpine's "
            + "community repository, or Homebrew; Debian has none).";
}
