using System.Diagnostics.Metrics;

namespace Rcmgr;

/// <summary>
/// The instruments of one manager, with the published names and labels (specification §7.1). All are observable: they read the
/// manager's own counters when somebody collects, so that a reservation pays nothing for them and no count is lost before a listener
/// attaches. No tag names a peer.
/// </summary>
/// <remarks>
/// The runtime keeps every meter until it is disposed. So that a forgotten manager is not kept with it, the callbacks hold the
/// accounting weakly and the manager's finalizer disposes the meter.
/// </remarks>
internal sealed partial class ManagerMeter : IDisposable
{
    /// <summary>Services, and protocols, that get a series of their own.</summary>
    public const int MaxNamedGroups = 128;

    private const string Prefix = "libp2p_rcmgr_";

    private readonly WeakReference<AccountingEngine> _engine;
    private readonly GroupLabels _services = new(MaxNamedGroups);
    private readonly GroupLabels _protocols = new(MaxNamedGroups);

    public ManagerMeter(AccountingEngine engine, IMeterFactory? factory, string? managerName)
    {
        _engine = new WeakReference<AccountingEngine>(engine);
        MeterOptions options = new(ResourceManager.MeterName)
        {
            Version = typeof(ManagerMeter).Assembly.GetName().Version?.ToString(3),
            Tags = managerName is null ? null : [new KeyValuePair<string, object?>("manager", managerName)],
        };
        Meter = factory?.Create(options) ?? new Meter(options);
        CreateUseInstruments();
        CreateRefusalInstruments();
        CreatePeerInstruments();
        CreateWaitInstruments();
    }

    public Meter Meter { get; }

    public void Dispose() => Meter.Dispose();

    private void CreateUseInstruments()
    {
        Gauge("connections", "Connections in use.", static meter => meter.ReadConnections());
        Gauge("streams", "Streams in use.", static meter => meter.ReadStreams());
        Gauge("memory", "Bytes of memory reserved.", static meter => meter.ReadMemory());
        Gauge("fds", "File descriptors in use.", static meter => meter.ReadFileDescriptors());
        Gauge("limit", "The limits in force; 2^63-1 stands for none.", static meter => meter.ReadLimits());
    }

    private void CreateRefusalInstruments()
    {
        Counter("blocked_resources", "Refused operations, each counted once.", static meter => meter.ReadRefusals());
        Counter("blocked_memory_bytes", "Bytes of memory asked for in vain.", static meter => meter.ReadRefusedBytes());
        Counter("accounting_faults", "Releases of something that was not held.", static meter => meter.ReadFaults());
    }

    private void CreatePeerInstruments()
    {
        const string Now = "Peers that hold at most this much now; a peer that holds none is not counted.";
        const string Before = "Always zero: what dashboards made for pairs of histograms subtract.";
        Gauge("peer_connections_bucket", Now, static meter => meter.ReadPeers(PeerQuantity.ConnectionsInbound, PeerQuantity.ConnectionsOutbound));
        Gauge("peer_streams_bucket", Now, static meter => meter.ReadPeers(PeerQuantity.StreamsInbound, PeerQuantity.StreamsOutbound));
        Gauge("peer_memory_bucket", Now, static meter => meter.ReadPeers(PeerQuantity.Memory));
        Gauge("previous_peer_connections_bucket", Before, static _ => Zeros(PeerQuantity.ConnectionsInbound, PeerQuantity.ConnectionsOutbound));
        Gauge("previous_peer_streams_bucket", Before, static _ => Zeros(PeerQuantity.StreamsInbound, PeerQuantity.StreamsOutbound));
        Gauge("previous_peer_memory_bucket", Before, static _ => Zeros(PeerQuantity.Memory));
    }

    private void Gauge(string name, string description, Func<ManagerMeter, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableUpDownCounter(Prefix + name, () => read(this), unit: null, description);

    private void Counter(string name, string description, Func<ManagerMeter, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => read(this), unit: null, description);
}
