using System.Diagnostics.Metrics;

namespace Rcmgr.Tests.Examples;

public sealed class MetricsExample
{
    [Fact]
    public void A_listener_reads_the_refusals_of_one_manager()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite with
        {
            System = ResourceLimits.AllowAll with { ConnectionsInbound = 0 },
        });
        manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, remoteAddress: null, out _, out _);
        long refused = 0;

        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, enabling) =>
        {
            if (instrument.Meter == manager.Meter && instrument.Name == "libp2p_rcmgr_blocked_resources")
                enabling.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => refused += value);
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(1, refused);
    }
}
