namespace Rcmgr.Tool.Admin;

/// <summary>What this process really takes from its host, next to what its scopes account for.</summary>
/// <param name="ResidentBytes">Physical memory of the process.</param>
/// <param name="ManagedBytes">Memory of the managed heap, what it no longer needs included.</param>
/// <param name="OpenFileDescriptors">File descriptors of any kind; 0 where the system does not tell.</param>
internal readonly record struct ProcessUse(long ResidentBytes, long ManagedBytes, long OpenFileDescriptors)
{
    private const string DescriptorFolder = "/proc/self/fd";

    public static ProcessUse Measure() => new(Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false), CountDescriptors());

    private static long CountDescriptors()
    {
        try
        {
            return Directory.Exists(DescriptorFolder) ? Directory.EnumerateFileSystemEntries(DescriptorFolder).LongCount() : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
