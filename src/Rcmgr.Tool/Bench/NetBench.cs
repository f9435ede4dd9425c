using System.Diagnostics;

namespace Rcmgr.Tool.Bench;

/// <summary>
/// Measures hosts of this process against hosts of other processes over loopback, with and without the resource manager in turns
/// (see <see cref="PairedSamples"/>), after some blocks that do not count.
/// </summary>
internal sealed class NetBench(BenchSettings settings, TextWriter progress)
{
    /// <summary>Blocks before the first that counts. Code is compiled in stages while it runs, and rarely run code last.</summary>
    private const int WarmUpBlocks = 4;

    public async Task<BenchResult> RunAsync(CancellationToken cancellationToken)
    {
        double calibrationBefore = Calibration.Measure();
        List<BenchRow> rows = [];
        List<string> refusals = [];
        foreach (BenchStack stack in settings.Stacks)
            refusals.AddRange(await MeasureAsync(stack, rows, cancellationToken));
        return new BenchResult(settings, rows, calibrationBefore, Calibration.Measure(), refusals);
    }

    private async Task<IEnumerable<string>> MeasureAsync(BenchStack stack, List<BenchRow> rows, CancellationToken cancellationToken)
    {
        await using BenchLink with = await BenchLink.StartAsync(new BenchVariant(stack, BenchManager.Default), cancellationToken);
        await using BenchLink without = await BenchLink.StartAsync(new BenchVariant(stack, BenchManager.Null), cancellationToken);
        foreach (Measurement measurement in Measurements(cancellationToken).Where(measurement => measurement.Name.Contains(settings.Filter, StringComparison.Ordinal)))
        {
            await progress.WriteLineAsync($"{stack}: {measurement.Name}");
            rows.Add(await MeasureAsync(stack, measurement, with, without));
        }

        return [.. await with.StopAsync(cancellationToken), .. await without.StopAsync(cancellationToken)];
    }

    private async Task<BenchRow> MeasureAsync(BenchStack stack, Measurement measurement, BenchLink with, BenchLink without)
    {
        await TakeAsync(WarmUpBlocks, wantsMore: null);
        long start = Stopwatch.GetTimestamp();
        return Row(await TakeAsync(
            settings.Repetitions, samples => Stopwatch.GetElapsedTime(start) < settings.Patience && !Row(samples).IsSettled));

        Task<PairedSamples> TakeAsync(int blocks, Func<PairedSamples, bool>? wantsMore) =>
            PairedSamples.TakeAsync(blocks, () => measurement.Sample(with), () => measurement.Sample(without), wantsMore);

        BenchRow Row(PairedSamples samples) => new(stack, measurement.Name, measurement.Unit, samples);
    }

    private IEnumerable<Measurement> Measurements(CancellationToken cancellationToken)
    {
        const string Throughput = "MiB/s";
        const string Rate = "1/s";
        (int streams, long bytes, TimeSpan time) = (settings.Streams, settings.Bytes, settings.SampleTime);
        return
        [
            new("one-way, 1 stream", Throughput, link => Transfers.OneWayAsync(link, 1, bytes, cancellationToken)),
            new($"one-way, {streams} streams", Throughput, link => Transfers.OneWayAsync(link, streams, bytes, cancellationToken)),
            new($"echo, {streams} streams", Throughput, link => Transfers.EchoAsync(link, streams, bytes, cancellationToken)),
            new("ping round trips", Rate, link => Rates.PingAsync(link, time, cancellationToken)),
            new("open, ping, close streams", Rate, link => Rates.PingStreamAsync(link, time, cancellationToken)),
            new("handshakes", Rate, link => Rates.HandshakeAsync(link, time, cancellationToken)),
        ];
    }

    private sealed record Measurement(string Name, string Unit, Func<BenchLink, Task<BenchSample>> Sample);
}
