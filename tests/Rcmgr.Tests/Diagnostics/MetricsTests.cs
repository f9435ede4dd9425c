using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Diagnostics;

public sealed class MetricsTests
{
    [Fact]
    public void Instruments_read_the_counters_when_somebody_collects()
    {
        using ResourceManager manager = Create(limits => limits);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Outbound);
        stream.ReserveMemory(5);

        Assert.Equal(1, Read(manager, "libp2p_rcmgr_streams", ("dir", "outbound"), ("scope", "system")));
        Assert.Equal(5, Read(manager, "libp2p_rcmgr_memory", ("scope", "transient")));
        stream.Dispose();
        Assert.Equal(0, Read(manager, "libp2p_rcmgr_memory", ("scope", "transient")));
    }

    [Fact]
    public void Every_tag_is_of_a_bounded_set_and_none_names_a_peer()
    {
        using ResourceManager manager = Create(limits => limits);
        List<StreamScope> streams = [];
        for (int i = 0; i < 500; i++)
        {
            StreamScope stream = manager.OpenStream(new PeerKey($"peer-{i}"), Direction.Inbound);
            stream.SetProtocol($"/p/{i}");
            stream.SetService($"s{i}");
            streams.Add(stream);
        }

        List<(string Name, string Tags)> series = [.. Collect(manager).Select(sample => (sample.Name, string.Join(',', sample.Tags)))];

        Assert.DoesNotContain(series, sample => sample.Tags.Contains("peer-", StringComparison.Ordinal));
        Assert.InRange(series.Count(sample => sample.Name == "libp2p_rcmgr_memory"), 250, 4 + 2 + (2 * ManagerMeter.MaxNamedGroups));
        Assert.Equal(500 - ManagerMeter.MaxNamedGroups, Read(manager, "libp2p_rcmgr_streams", ("dir", "inbound"), ("scope", "protocol"), ("protocol", "other")));
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public void Peers_are_counted_by_how_much_they_hold_while_they_are_there()
    {
        using ResourceManager manager = Create(limits => limits);
        manager.OpenStream(new PeerKey("gone"), Direction.Inbound).Dispose();
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope second = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope other = manager.OpenStream(Bob, Direction.Inbound);
        first.ReserveMemory(2_000);

        Assert.Equal(1, Read(manager, "libp2p_rcmgr_peer_streams_bucket", ("dir", "inbound"), ("le", "1")));
        Assert.Equal(2, Read(manager, "libp2p_rcmgr_peer_streams_bucket", ("dir", "inbound"), ("le", "2")));
        Assert.Equal(2, Read(manager, "libp2p_rcmgr_peer_streams_bucket", ("dir", "inbound"), ("le", "+Inf")));
        Assert.Equal(0, Read(manager, "libp2p_rcmgr_peer_streams_bucket", ("dir", "outbound"), ("le", "+Inf")));
        Assert.Equal(0, Read(manager, "libp2p_rcmgr_peer_memory_bucket", ("le", "1024")));
        Assert.Equal(1, Read(manager, "libp2p_rcmgr_peer_memory_bucket", ("le", "4096")));
    }

    [Fact]
    public void Two_managers_have_two_meters()
    {
        using ResourceManager first = Create(limits => limits);
        using ResourceManager second = Create(limits => limits);
        using ConnectionScope connection = first.OpenConnection(Direction.Inbound, usesFileDescriptor: false);

        Assert.NotSame(first.Meter, second.Meter);
        Assert.Equal(1, Read(first, "libp2p_rcmgr_connections", ("dir", "inbound"), ("scope", "system")));
        Assert.Equal(0, Read(second, "libp2p_rcmgr_connections", ("dir", "inbound"), ("scope", "system")));
    }

    [Fact]
    public void A_disposed_manager_publishes_nothing_and_still_counts()
    {
        ResourceManager manager = Create(limits => limits);
        manager.Dispose();
        manager.Dispose();
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);

        Assert.Empty(Collect(manager));
        Assert.Equal(1, manager.System.Usage.ConnectionsInbound);
    }

    [Fact]
    public void A_forgotten_manager_is_not_kept_by_its_meter()
    {
        WeakReference forgotten = Forget();
        for (int i = 0; i < 20 && forgotten.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(forgotten.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget() => new(Create(limits => limits));

    private static long Read(ResourceManager manager, string name, params (string Key, string Value)[] tags) =>
        Assert.Single(Collect(manager), sample => sample.Name == name && tags.All(tag => sample.Tags.Contains($"{tag.Key}={tag.Value}"))).Value;

    private static List<(string Name, List<string> Tags, long Value)> Collect(ResourceManager manager)
    {
        List<(string, List<string>, long)> samples = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, enabling) =>
        {
            if (ReferenceEquals(instrument.Meter, manager.Meter))
                enabling.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            List<string> texts = [];
            foreach ((string key, object? tag) in tags)
                texts.Add($"{key}={tag}");
            samples.Add((instrument.Name, texts, value));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return samples;
    }
}
