using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// Finds and checks the native libraries, once per process: from the folder that RCMGR_NGTCP2 names, else where the system's loader
/// finds them. RCMGR_NGTCP2_UNAVAILABLE has it do without them, and says why.
/// </summary>
internal static unsafe class Ngtcp2Library
{
    public const string Ngtcp2 = "libngtcp2.so.16";
    public const string Crypto = "libngtcp2_crypto_gnutls.so.8";
    public const string GnuTls = "libgnutls.so.30";

    private const string FolderVariable = "RCMGR_NGTCP2";
    private const string UnavailableVariable = "RCMGR_NGTCP2_UNAVAILABLE";

    /// <summary>1.9.0, the first with all the functions that are called.</summary>
    private const int OldestVersion = 0x010900;

    private const string Packages =
        "Install the packages libngtcp2-16 and libngtcp2-crypto-gnutls8 (in Debian 13; in Debian 12 from its backports).";

    private static readonly Dictionary<string, nint> Handles = [];
    private static readonly Lazy<string?> Problem = new(Load);

    /// <summary>Why the libraries cannot be used; null when they can.</summary>
    public static string? WhyNot => Problem.Value;

    /// <exception cref="QuicUnavailableException">The libraries cannot be used.</exception>
    public static void Require()
    {
        if (WhyNot is { } reason)
            throw new QuicUnavailableException(reason);
    }

    /// <summary>The address of a function of the crypto helper, to be given to the library as a callback.</summary>
    public static nint CryptoFunction(string name) => NativeLibrary.GetExport(Handles[Crypto], name);

    private static string? Load()
    {
        if (!OperatingSystem.IsLinux() || sizeof(nint) != 8)
            return "the ngtcp2 engine needs 64-bit Linux.";
        if (Stopwatch.Frequency != 1_000_000_000)
            return "the clock does not count nanoseconds.";
        // Whoever looked for the libraries in vain knows better why they are missing.
        if (Environment.GetEnvironmentVariable(UnavailableVariable) is { Length: > 0 } reason)
            return $"{reason}. {Packages}";
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);
        foreach (string name in new[] { GnuTls, Ngtcp2, Crypto })
        {
            if (!TryLoad(folder, name, out nint handle))
                return $"{name} cannot be loaded. {Packages}";
            Handles.Add(name, handle);
        }

        NativeLibrary.SetDllImportResolver(typeof(Ngtcp2Library).Assembly, Resolve);
        return CheckVersion() ?? CheckLayout();
    }

    private static bool TryLoad(string? folder, string name, out nint handle)
    {
        handle = 0;
        if (!string.IsNullOrEmpty(folder) && NativeLibrary.TryLoad(Path.Combine(folder, name), out handle))
            return true;
        return NativeLibrary.TryLoad(name, out handle);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => Handles.GetValueOrDefault(name);

    private static string? CheckVersion()
    {
        NativeInfo* info = Ngtcp2Api.ngtcp2_version(0);
        if (info is not null && info->VersionNumber >= OldestVersion)
            return null;
        string found = info is null ? "an unknown version" : Marshal.PtrToStringUTF8(info->VersionText) ?? "an unknown version";
        return $"{Ngtcp2} is {found}, at least 1.9.0 is needed. {Packages}";
    }

    /// <summary>The sizes that the library was compiled with on every 64-bit Linux.</summary>
    private static string? CheckLayout()
    {
        bool fits = sizeof(NativeConnectionId) == 32 && sizeof(NativeVector) == 16 && sizeof(NativePath) == 40
            && sizeof(NativePacketInfo) == 8 && sizeof(NativePacketHeader) == 112 && sizeof(NativeCloseError) == 40
            && sizeof(NativeTransportParameters) == 344 && sizeof(NativeSettings) == 184 && sizeof(NativeCallbacks) == 320
            && sizeof(NativeConnectionInfo) == 56 && sizeof(NativeDatum) == 16 && sizeof(NativeMessage) == 56
            && sizeof(NativeMessageSlot) == 64;
        return fits ? null : "the native structures have other sizes on this platform.";
    }
}
