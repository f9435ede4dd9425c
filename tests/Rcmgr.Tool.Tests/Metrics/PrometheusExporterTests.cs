using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Tests.Metrics;

public sealed class PrometheusExporterTests
{
    private static readonly PeerKey Alice = new("alice");

    [Fact]
    public void It_writes_the_published_names_and_labels()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/echo/1.0.0");
        stream.SetService("echo");
        stream.ReserveMemory(4096);
        using ConnectionScope connection = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true);

        string[] lines = Collect(manager);

        Assert.Contains("# TYPE libp2p_rcmgr_streams gauge", lines);
        Assert.Contains("""libp2p_rcmgr_streams{dir="inbound",scope="system"} 1""", lines);
        Assert.Contains("""libp2p_rcmgr_streams{dir="inbound",scope="protocol",protocol="/echo/1.0.0"} 1""", lines);
        Assert.Contains("""libp2p_rcmgr_memory{scope="service",service="echo"} 4096""", lines);
        Assert.Contains("""libp2p_rcmgr_connections{dir="outbound",scope="transient"} 1""", lines);
        Assert.Contains("""libp2p_rcmgr_fds{scope="system"} 1""", lines);
        Assert.Contains("""libp2p_rcmgr_peer_streams_bucket{dir="inbound",le="1"} 1""", lines);
        Assert.Contains("""libp2p_rcmgr_peer_memory_bucket{le="1024"} 0""", lines);
        Assert.Contains("""libp2p_rcmgr_peer_memory_bucket{le="4096"} 1""", lines);
        Assert.Contains("""libp2p_rcmgr_previous_peer_streams_bucket{dir="inbound",le="+Inf"} 0""", lines);
        Assert.Contains("process_open_fds 7", lines);
    }

    [Fact]
    public void Refusals_are_counted_as_operations_and_refused_memory_apart_in_bytes()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite with { System = ResourceLimits.AllowAll with { Memory = 10 } });
        manager.System.TryReserveMemory(11, MemoryPriority.Always, out _);
        manager.System.TryReserveMemory(12, MemoryPriority.Always, out _);

        string[] lines = Collect(manager);

        Assert.Contains("# TYPE libp2p_rcmgr_blocked_resources counter", lines);
        Assert.Contains("""libp2p_rcmgr_blocked_resources{dir="",scope="system",resource="memory",reason="limit"} 2""", lines);
        Assert.Contains("""libp2p_rcmgr_blocked_memory_bytes{scope="system"} 23""", lines);
        Assert.Contains("""libp2p_rcmgr_limit{resource="memory",scope="system"} 10""", lines);
    }

    [Fact]
    public void A_name_with_quotes_and_line_ends_stays_one_label()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        using ScopeView view = manager.ViewProtocol("/a\"b\\c\nd");

        Assert.Contains("""libp2p_rcmgr_memory{scope="protocol",protocol="/a\"b\\c\nd"} 0""", Collect(manager));
    }

    [Fact]
    public void No_two_samples_share_name_and_labels_however_the_groups_are_called()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        List<ScopeView> views = [manager.ViewProtocol("other"), manager.ViewService("other")];
        for (int i = 0; i < 200; i++)
            views.Add(manager.ViewProtocol($"/p/{i}"));

        string[] series = [.. Collect(manager).Where(line => !line.StartsWith('#')).Select(line => line[..line.LastIndexOf(' ')])];

        Assert.Equal(series.Length, series.Distinct().Count());
        Assert.Contains("""libp2p_rcmgr_memory{scope="protocol",protocol="other"}""", series);
        Assert.InRange(series.Count(line => line.StartsWith("libp2p_rcmgr_memory{scope=\"protocol\"", StringComparison.Ordinal)), 2, 129);
        views.ForEach(view => view.Dispose());
    }

    private static string[] Collect(ResourceManager manager)
    {
        using PrometheusExporter exporter = new(manager.Meter);
        return exporter.Collect(new ProcessUse(1, 2, 7)).TrimEnd().Split('\n');
    }
}
