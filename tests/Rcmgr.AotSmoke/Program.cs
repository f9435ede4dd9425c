using System.Diagnostics.Metrics;
using System.Text;
using Rcmgr;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

// Compiled ahead of time, the manager and the host must do what they do under the just-in-time compiler.
using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));

ResourceManagerLimits limits = LimitsJson.Read(Encoding.UTF8.GetBytes("""{"System":{"ConnsInbound":2},"PeerDefault":{"Streams":"unlimited"}}"""))
    .Build(ScalingLimits.DefaultWithServices.AutoScale().Limits);
Check("limits are read", limits.System.ConnectionsInbound == 2);

using ResourceManager manager = new(limits);
using (manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true))
using (manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true))
    Check("a full scope refuses", !manager.TryOpenConnection(Direction.Inbound, true, null, out _, out Refusal refusal) && refusal.ToString().Contains("System.ConnsInbound", StringComparison.Ordinal));
Check("metrics are published", ReadRefusals(manager) == 1);

foreach (string security in (string[])["/noise", "/tls/1.0.0"])
    await PingAsync(security);
Check("nothing is left", manager.System.Usage.IsZero);
return 0;

async Task PingAsync(string security)
{
    using HostIdentity listening = HostIdentity.Generate();
    using HostIdentity dialing = HostIdentity.Generate();
    await using Libp2pHost listener = await StartAsync(listening, security, [Multiaddress.Parse("/ip4/127.0.0.1/tcp/0")]);
    await using Libp2pHost dialer = await StartAsync(dialing, security, []);
    PeerId peer = await dialer.DialAsync(listener.ListenAddresses[0], deadline.Token);
    Check($"{security}: a ping is answered", await dialer.PingAsync(peer, deadline.Token) > TimeSpan.Zero);
}

Task<Libp2pHost> StartAsync(HostIdentity identity, string security, IReadOnlyList<Multiaddress> addresses) =>
    Libp2pHost.StartAsync(
        new Libp2pHostOptions { Identity = identity, ResourceManager = manager, ListenAddresses = addresses, SecurityProtocols = [security] },
        deadline.Token);

static long ReadRefusals(ResourceManager manager)
{
    long total = 0;
    using MeterListener listener = new();
    listener.InstrumentPublished = (instrument, enabling) =>
    {
        if (instrument.Meter == manager.Meter && instrument.Name == "libp2p_rcmgr_blocked_resources")
            enabling.EnableMeasurementEvents(instrument);
    };
    listener.SetMeasurementEventCallback<long>((_, value, _, _) => total += value);
    listener.Start();
    listener.RecordObservableInstruments();
    return total;
}

static void Check(string what, bool holds)
{
    Console.WriteLine($"{(holds ? "ok" : "FAILED")}: {what}");
    if (!holds)
        Environment.Exit(1);
}
