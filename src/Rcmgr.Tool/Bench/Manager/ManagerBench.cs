using System.Net;

namespace Rcmgr.Tool.Bench.Manager;

/// <summary>Measures single operations of the manager.</summary>
/// <param name="repetitions">The repetitions of each measurement; the least counts.</param>
/// <param name="work">The operations in each repetition, as a multiple of the usual.</param>
/// <param name="filter">What an operation's name must contain to be measured.</param>
internal sealed class ManagerBench(int repetitions, double work, string filter)
{
    private const int MostThreads = 8;
    private const long Memory = 16L << 30;
    private const int FileDescriptors = 64 * 1024;
    private const int Lifted = 1_000_000_000;
    private const int CalibrationCount = 20_000;
    private const int UsualScopes = 100_000;
    private const int FewestScopes = 10_000;

    private static readonly int[] ThreadCounts = [1, 2, MostThreads];

    public async Task<ManagerBenchResult> RunAsync(bool withMillion, TextWriter progress, CancellationToken cancellationToken)
    {
        List<ManagerMeasurement> measurements = await PrepareCalibrationAsync();
        foreach (bool isStrict in (bool[])[false, true])
        {
            BenchLoad[] loads = CreateLoads(CreateManager(), isStrict);
            await PrepareAsync(loads, Mode(isStrict), ThreadCounts, measurements, progress, cancellationToken);
        }

        await MeasureAsync(measurements, progress, cancellationToken);
        await progress.WriteLineAsync("tail and sizes");
        ReservationTail[] tails = [.. ((int[])[1, MostThreads]).Select(MeasureTail)];
        ScopeSizes sizes = ScopeSizing.Measure(CreateUnlimited, (int)Math.Clamp(UsualScopes * work, FewestScopes, UsualScopes));
        MillionPeers? million = withMillion ? await MeasureMillionAsync(progress, cancellationToken) : null;
        return new ManagerBenchResult(measurements[0].Nanoseconds, [.. measurements.Select(one => one.ToRow())], sizes, tails, million);
    }

    /// <summary>
    /// The default limits of a host of 128 GiB, the same on every machine; connections are counted and rated by address, but no
    /// address has too many.
    /// </summary>
    private static ResourceManager CreateManager()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8")));
        return new ResourceManager(new ResourceManagerOptions
        {
            Limits = ScalingLimits.DefaultWithServices.Scale(Memory, FileDescriptors),
            Allowlist = allowlist,
            ConnectionLimits = new ConnectionLimits
            {
                SubnetsIPv4 = [new(32, Lifted)],
                RatesIPv4 = [new(32, new ConnectionRate(Lifted, Lifted))],
            },
        });
    }

    private static ResourceManager CreateUnlimited() => new(ResourceManagerLimits.Infinite);

    private static BenchLoad[] CreateLoads(ResourceManager manager, bool isStrict)
    {
        BenchLoad[] loads = [.. Enumerable.Range(0, MostThreads).Select(index => new BenchLoad(manager, Keys(index), new IPAddress([192, 0, 2, (byte)(index + 1)])))];
        if (isStrict)
            manager.Engine.PinStrict();
        return loads;
    }

    /// <summary>Peers of different threads belong to different shards, as long as there are that many.</summary>
    private static Func<PeerKey> Keys(int thread)
    {
        int next = 0;
        return () =>
        {
            while (true)
            {
                PeerKey key = new($"12D3KooWBenchmarkedPeer-{thread}-{next++}");
                if ((key.GetHashCode() & (MostThreads - 1)) == thread)
                    return key;
            }
        };
    }

    private static string Mode(bool isStrict) => isStrict ? "strict" : "relaxed";

    private IEnumerable<Operation> Operations() =>
        AllOperations().Where(operation => operation.Name.Contains(filter, StringComparison.Ordinal));

    private static IReadOnlyList<Operation> AllOperations() =>
    [
        new("connection", load => load.Connection, 60_000),
        new("stream", load => load.StreamLife, 60_000),
        new("memory", load => load.Memory, 200_000),
        new("span", load => load.Span, 120_000),
        new("refusal", load => load.RefusedStream, 200_000),
    ];

    private static double Allocations(double bytes, double objectBytes) =>
        bytes < 0.01 ? 0 : Math.Round(bytes / objectBytes, 3);

    private static async Task<List<ManagerMeasurement>> PrepareCalibrationAsync()
    {
        ulong[] states = [.. Enumerable.Range(1, MostThreads).Select(index => 88172645463325252UL * (ulong)index)];
        Action<int>[] operations = [.. Enumerable.Range(0, MostThreads).Select<int, Action<int>>(index => count => Calibration.Run(ref states[index], count))];
        await FixedWork.WarmUpAsync(operations[0], CalibrationCount);
        return [.. ThreadCounts.Select(threads => new ManagerMeasurement("calibration", Mode(isStrict: false), operations[..threads], CalibrationCount, 0, 0))];
    }

    /// <summary>Warms every operation up, counts what it allocates, and adds a measurement for each number of threads.</summary>
    private async Task PrepareAsync(
        BenchLoad[] loads, string mode, int[] threadCounts, List<ManagerMeasurement> measurements, TextWriter progress, CancellationToken cancellationToken)
    {
        foreach (Operation operation in Operations())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await progress.WriteLineAsync($"warming up {operation.Name}, {mode}");
            int count = Math.Max(1, (int)(operation.Count * work));
            Action<int>[] all = [.. loads.Select(operation.Of)];
            await FixedWork.WarmUpAsync(all[0], count);
            double bytes = FixedWork.AllocatedBytes(all[0], count);
            double allocations = Allocations(bytes, ScopeSizing.ObjectBytes(operation.Name));
            measurements.AddRange(threadCounts.Select(
                threads => new ManagerMeasurement(operation.Name, mode, all[..threads], count, allocations, bytes)));
        }
    }

    /// <summary>
    /// One repetition of everything, then the next: what else runs on the machine comes and goes within seconds, and so meets all
    /// measurements alike.
    /// </summary>
    private async Task MeasureAsync(IReadOnlyList<ManagerMeasurement> measurements, TextWriter progress, CancellationToken cancellationToken)
    {
        for (int repetition = 1; repetition <= repetitions; repetition++)
        {
            await progress.WriteLineAsync($"repetition {repetition} of {repetitions}");
            foreach (ManagerMeasurement measurement in measurements)
            {
                cancellationToken.ThrowIfCancellationRequested();
                measurement.Repeat();
            }
        }
    }

    private ReservationTail MeasureTail(int threads)
    {
        BenchLoad[] loads = CreateLoads(CreateManager(), isStrict: false);
        return TailMeasurement.Measure([.. loads.Take(threads).Select(load => load.Stream)], Math.Max(1, (int)(200_000 * work)));
    }

    private async Task<MillionPeers> MeasureMillionAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("a million peers");
        using MillionLoad load = MillionLoad.Create(CreateUnlimited());
        BenchLoad[] loads = CreateLoads(load.Manager, isStrict: false);
        List<ManagerMeasurement> measurements = [];
        await PrepareAsync(loads, Mode(isStrict: false), [1, 2], measurements, progress, cancellationToken);
        await MeasureAsync(measurements, progress, cancellationToken);
        return new MillionPeers(load.Megabytes, load.MegabytesWithKeys, [.. measurements.Select(one => one.ToRow())]);
    }

    private sealed record Operation(string Name, Func<BenchLoad, Action<int>> Of, int Count);
}
