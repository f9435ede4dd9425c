using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rcmgr.Interop.Tests.Flood;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Tool.Bench;

namespace Rcmgr.Interop.Tests.Quic;

[Collection(nameof(AloneCollection))]
public sealed class InitialFloodTests
{
    private const int Handshakes = 20_000;
    private const int Ports = 200;

    [Fact]
    public async Task A_newcomer_connects_during_a_flood_of_20000_half_open_handshakes()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        InitialForger forger = new(await InitialPackets.CaptureAsync());
        await using TestHost server = await StartGuardedAsync();
        await using TestHost newcomer = await QuicHosts.StartAsync();
        long before = ResidentMemory.Measure();
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<int> flood = Task.Run(() => FloodAsync(forger, server.EndPoint(), over.Token), ct);
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

    /// <summary>A host for which loopback addresses are like any others.</summary>
    private static Task<TestHost> StartGuardedAsync() => QuicHosts.StartAsync(configure: options => options with
    {
        ResourceManager = new ResourceManager(new ResourceManagerOptions
        {
            Limits = TestHost.DefaultLimits,
            ConnectionLimits = ConnectionLimits.Default with { ExemptLoopback = false },
        }),
    });

    private static async Task<int> FloodAsync(InitialForger forger, IPEndPoint target, CancellationToken cancellationToken)
    {
        Random random = new(11);
        Socket[] sockets = [.. Enumerable.Range(0, Ports).Select(Open)];
        try
        {
            int sent = 0;
            for (; sent < Handshakes; sent++)
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
