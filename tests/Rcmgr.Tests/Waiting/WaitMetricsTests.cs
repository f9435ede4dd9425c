using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Waiting;

public sealed class WaitMetricsTests
{
    [Fact]
    public async Task Waits_are_counted_by_outcome_and_their_times_measured()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        FakeTimeProvider clock = new();
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = Infinite with { System = All with { Streams = 1 } },
            Waiting = new WaitingOptions { MaxWaiters = 2 },
            TimeProvider = clock,
        });
        StreamScope held = manager.OpenStream(Alice, Direction.Inbound);
        WaitOptions wait = new(TimeSpan.FromSeconds(10));

        Task<StreamScope> granted = manager.OpenStreamAsync(Alice, Direction.Outbound, wait, ct).AsTask();
        Task<StreamScope> late = manager.OpenStreamAsync(Bob, Direction.Outbound, wait, ct).AsTask();
        Assert.True(manager.OpenStreamAsync(Bob, Direction.Outbound, wait, ct).AsTask().IsFaulted);
        Assert.Equal(2, Read(manager)["waiting{resource=stream}"]);
        clock.Advance(TimeSpan.FromMilliseconds(400));
        held.Dispose();
        using StreamScope second = await granted;
        clock.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => late);

        Dictionary<string, double> metrics = Read(manager);
        Assert.Equal(0, metrics["waiting{resource=stream}"]);
        Assert.Equal(1, metrics["waits{resource=stream,outcome=granted}"]);
        Assert.Equal(1, metrics["waits{resource=stream,outcome=timed_out}"]);
        Assert.Equal(1, metrics["waits{resource=stream,outcome=queue_full}"]);
        Assert.Equal(0, metrics["waits{resource=memory,outcome=granted}"]);
        Assert.Equal(0, metrics["wait_seconds_bucket{resource=stream,le=0.25}"]);
        Assert.Equal(1, metrics["wait_seconds_bucket{resource=stream,le=0.5}"]);
        Assert.Equal(1, metrics["wait_seconds_bucket{resource=stream,le=+Inf}"]);
        Assert.Equal(1, metrics["wait_seconds_count{resource=stream}"]);
        Assert.Equal(0.4, metrics["wait_seconds_sum{resource=stream}"], tolerance: 1e-9);
    }

    private static Dictionary<string, double> Read(ResourceManager manager)
    {
        Dictionary<string, double> found = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, enabling) =>
        {
            if (instrument.Meter == manager.Meter && instrument.Name.Contains("_wait", StringComparison.Ordinal))
                enabling.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return found;

        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            found[$"{instrument.Name["libp2p_rcmgr_".Length..]}{{{string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}}}"] = value;
    }
}
