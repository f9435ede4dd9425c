using System.Globalization;
using System.Runtime.InteropServices;

namespace Rcmgr;

/// <summary>What a host has to share out, and where the numbers come from. Immutable.</summary>
/// <param name="Memory">Bytes of memory.</param>
/// <param name="MemorySource">Where <paramref name="Memory"/> comes from, in words for an operator.</param>
/// <param name="FileDescriptors">File descriptors that the process may have open at the same time.</param>
/// <param name="FileDescriptorsSource">Where <paramref name="FileDescriptors"/> comes from, in words for an operator.</param>
public sealed record HostCapacity(long Memory, string MemorySource, long FileDescriptors, string FileDescriptorsSource)
{
    /// <summary>
    /// The file descriptors assumed where the system sets no limit that can be read (Windows has none): about as many as
    /// one address has ports.
    /// </summary>
    public const long AssumedFileDescriptors = 65_536;

    private const int LinuxOpenFiles = 7;
    private const int MacOpenFiles = 8;

    /// <summary>
    /// The capacity of this process now. Memory is what the runtime may use, which honours the limit of a container and a
    /// configured heap limit. File descriptors are the soft limit in force; the .NET runtime raises it to the hard limit
    /// when it starts.
    /// </summary>
    public static HostCapacity Detect()
    {
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        (long descriptors, string source) = DetectFileDescriptors();
        return new HostCapacity(memory, "memory available to the .NET runtime (host or container limit)", descriptors, source);
    }

    private static (long Count, string Source) DetectFileDescriptors()
    {
        // In a 32-bit process the layout of the answer depends on the C library.
        bool known = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();
        if (!known || !Environment.Is64BitProcess)
            return Assume("this system has no descriptor limit that can be read");

        if (NativeMethods.GetResourceLimit(OperatingSystem.IsLinux() ? LinuxOpenFiles : MacOpenFiles, out NativeMethods.ResourceLimit limit) != 0)
            return Assume(string.Create(CultureInfo.InvariantCulture, $"getrlimit failed with error {Marshal.GetLastPInvokeError()}"));

        // Both systems' "infinity" has all of the 63 lower bits set.
        return limit.Soft >= long.MaxValue
            ? Assume("the soft limit on open files (RLIMIT_NOFILE) is infinite")
            : ((long)limit.Soft, "soft limit on open files in force (RLIMIT_NOFILE)");
    }

    private static (long Count, string Source) Assume(string reason) => (AssumedFileDescriptors, $"assumed: {reason}");
}
