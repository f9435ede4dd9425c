using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Rcmgr.Benchmarks;

internal static class Program
{
    private static void Main(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, ShortConfig());

    /// <summary>
    /// Few and short iterations in this very process: enough for figures of two digits, and nothing is built a second time.
    /// </summary>
    private static ManualConfig ShortConfig() => DefaultConfig.Instance
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
}
