using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rcmgr.Interop.Tests.Flood;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Tool.Bench;
using Rcmgr.Tool.Demo.Attacks;

namespace Rcmgr.Interop.Tests.Quic;

[Collection(nameof(AloneCollection))]
public sealed class InitialFloodTests
{
    private const int Handshakes = 20_000;
    private const int HandshakesWithoutRetry = 5000;
    private const int Ports = 200;

    [Fact]
    public async Task A_newcomer_connects_during_a_flood_of_20000_half_open_handshakes()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        InitialForger forger = new(await InitialPackets.CaptureAsync(ct));
        await using TestHost server = await StartGuardedAsync(QuicEngine.Ngtcp2);
        await using TestHost newcomer = await QuicHosts.StartAsync();
        long before = ResidentMemory.Measure();
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<int> flood = Task.Run(() => FloodAsync(forger, server.EndPoint(), Handshakes, over.Token), ct);
        await Eventually.HoldsAsync(() => server.Manager.Transient.Usage.ConnectionsInbound > 0, () => "no half-open connection was seen");

        Stopwatch waited = Stopwatch.StartNew();
        PeerId peer = await newcomer.Host.DialAsync(server.Address, ct);
        TimeSpan connected = waited.Elapsed;
        await newcomer.Host.PingAsync(peer, ct);
        bool duringTheFlood = !flood.IsCompleted;
        int sent = await flood;
        long grown = Process.GetCurrentProcess().WorkingSet64 - before;
        ScopeUsage held = server.Manager.Transient.Usage;

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{sent} handshakes begun; the newcomer connected in {connected.TotalMilliseconds:0} ms, {grown >> 20} MiB more resident, "
            + $"{held.ConnectionsInbound} half-open with {held.Memory >> 10} KiB");
        Assert.Equal(Handshakes, sent);
        Assert.True(duringTheFlood, "the flood was over before the newcomer came");
        Assert.InRange(connected, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(held.ConnectionsInbound, 1, server.Manager.Transient.Limits.ConnectionsInbound / 2);
        Assert.InRange(held.Memory, 1, server.Manager.Transient.Limits.Memory);
        Assert.InRange(grown, long.MinValue, 96L << 20);
        await newcomer.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
    }

    /// <summary>Without Retry, forged addresses can keep others on QUIC out; that must be all they can do.</summary>
    [Fact]
    public async Task An_engine_without_retry_gives_half_open_handshakes_a_share_and_leaves_the_rest_to_tcp()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await StartGuardedAsync(QuicEngine.MsQuic);
        await using TestHost newcomer = await QuicHosts.StartAsync(engine: QuicEngine.MsQuic);
        InitialForger forger = new(await InitialPackets.CaptureAsync(TestContext.Current.CancellationToken));
        Multiaddress onTcp = await server.Host.ListenAsync(Multiaddress.Parse("/ip4/127.0.0.1/tcp/0"), ct);
        long before = ResidentMemory.Measure();

        await FloodAsync(forger, server.EndPoint(), HandshakesWithoutRetry, ct);
        long held = server.Manager.Transient.Usage.ConnectionsInbound;
        PeerId peer = await newcomer.Host.DialAsync(onTcp, ct);
        await newcomer.Host.PingAsync(peer, ct);
        long grown = Process.GetCurrentProcess().WorkingSet64 - before;

        TestContext.Current.TestOutputHelper?.WriteLine($"{held} half-open, {grown >> 20} MiB more resident");
        // Some may be asked about at the same moment.
        Assert.InRange(held, 1, (server.Manager.Transient.Limits.ConnectionsInbound / 4) + Environment.ProcessorCount);
        Assert.InRange(grown, long.MinValue, 96L << 20);
        await newcomer.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
        await newcomer.Host.PingAsync(await newcomer.Host.DialAsync(server.Address, ct), ct);
    }

    /// <summary>A host for which loopback addresses are like any others.</summary>
    private static Task<TestHost> StartGuardedAsync(QuicEngine engine) => QuicHosts.StartAsync(
        engine: engine, configure: options => options with
        {
            ResourceManager = new ResourceManager(new ResourceManagerOptions
            {
                Limits = TestHost.DefaultLimits,
                ConnectionLimits = ConnectionLimits.Default with { ExemptLoopback = false },
            }),
        });

    private static async Task<int> FloodAsync(InitialForger forger, IPEndPoint target, int handshakes, CancellationToken cancellationToken)
    {
        Random random = new(11);
        Socket[] sockets = [.. Enumerable.Range(0, Ports).Select(Open)];
        try
        {
            int sent = 0;
            for (; sent < handshakes; sent++)
            {
                await sockets[sent % Ports].SendToAsync(forger.Create(random), target, cancellationToken);
                if (sent % 20 == 19)
                    await Task.Delay(1, cancellationToken);
            }

            return sent;
        }
        finally
        {
            foreach (Socket socket in sockets)
                socket.Dispose();
        }
    }

    /// <summary>Each port with an address of its own, so that no rule for one address stops them all.</summary>
    private static Socket Open(int index)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(index / 250), (byte)(1 + (index % 250))]), 0));
        return socket;
    }
}
