using System.Diagnostics;

namespace Rcmgr.Tool.Bench;

/// <summary>What this process keeps in physical memory once the garbage is gone, managed and native together.</summary>
internal static class ResidentMemory
{
    public static long Measure()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using Process self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
