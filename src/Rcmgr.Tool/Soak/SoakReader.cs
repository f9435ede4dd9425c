using System.Diagnostics.Metrics;

namespace Rcmgr.Tool.Soak;

/// <summary>Reads metrics, explanations, plans and leaks all the while, which must neither fail nor disturb anybody.</summary>
internal sealed class SoakReader(ResourceManager manager, SoakState state, SoakLimits limits, ScopePool pool, Random random)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken finished)
    {
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, manager.Meter))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(Judge);
        listener.Start();
        using PeriodicTimer timer = new(Pause);
        try
        {
            while (state.Fault is null && await timer.WaitForNextTickAsync(finished))
            {
                listener.RecordObservableInstruments();
                Read();
                state.Readings++;
            }
        }
        catch (OperationCanceledException)
        {
            // All threads have finished.
        }
    }

    private void Judge(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? listenerState)
    {
        if (value < 0)
            state.Report($"the metric {instrument.Name} is negative: {value}");
    }

    private void Read()
    {
        PeerKey peer = SoakPeers.Shared[random.Next(SoakPeers.Shared.Length)];
        manager.Explain(ResourceOperation.OpenStream(peer, Direction.Inbound, SoakLimits.Groups[0], SoakLimits.Groups[1]));
        manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, usesFileDescriptor: true, SoakLimits.Addresses[1]));
        if (pool.AnyScope(random) is { } scope)
        {
            manager.Explain(ResourceOperation.ReserveMemory(scope, 1024));
            if (scope.Usage.Memory < 0)
                state.Report($"{scope} holds less than nothing: {scope.Usage}");
        }

        manager.PlanLimits(limits.Usual);
        state.Refusals = manager.GetRefusalCounts().Sum(refusals => refusals.Count);
        manager.FindLeaks();
    }
}
