using System.Runtime.InteropServices;

namespace Rcmgr;

/// <summary>The few things that only the C library knows.</summary>
internal static partial class NativeMethods
{
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int GetResourceLimit(int resource, out ResourceLimit limit);

    /// <summary>The layout of <c>struct rlimit</c> in a 64-bit process.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
