using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Tool.Demo.Attacks;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Networks that lose, repeat, reorder and forge datagrams.</summary>
public sealed class BadNetworkTests
{
    /// <summary>
    /// Bytes that wait for a lost packet before them lie in the library's heap, which must have room for a whole window of them.
    /// </summary>
    [Fact]
    public async Task A_window_of_bytes_that_wait_for_a_lost_packet_fits_the_librarys_heap()
    {
        QuicAvailability.Require();
        await using EngineScene server = new(QuicOptions.Default with { NativeHeapLimit = 48 * 1024 });
        await using EngineScene client = new();
        await using UdpRelay relay = new(await server.ListenAsync(), new RelayFaults { Loss = 0.03, Seed = FuzzTime.Seed() });

        await client.EchoAsync(relay.EndPoint, streams: 4, bytes: 512 * 1024, TestContext.Current.CancellationToken);

        await TestHost.ComesToHoldNothingAsync(client.Manager);
        await TestHost.ComesToHoldNothingAsync(server.Manager);
    }

    /// <summary>
    /// The wait for an answer that never comes is a part of the first measured round trip: it has to be short, or a lossy path takes
    /// many seconds to forget it.
    /// </summary>
    [Fact]
    public async Task A_client_that_nobody_answers_repeats_its_first_packet_twice_within_a_second()
    {
        QuicAvailability.Require();
        await using EngineScene client = new(QuicOptions.Default with { HandshakeTimeout = TimeSpan.FromSeconds(2) });
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        await Assert.ThrowsAsync<TimeoutException>(
            () => client.EchoAsync((IPEndPoint)silent.LocalEndPoint!, streams: 1, bytes: 1, TestContext.Current.CancellationToken));

        int packets = 0;
        for (byte[] buffer = new byte[2048]; silent.Available > 0; packets++)
            silent.Receive(buffer);
        Assert.InRange(packets, 3, 8);
    }

    [Theory]
    [InlineData(QuicEngine.Ngtcp2, 0.2, 0, 0, 0)]
    [InlineData(QuicEngine.Ngtcp2, 0.02, 0.1, 0.2, 0.1)]
    [InlineData(QuicEngine.MsQuic, 0.2, 0, 0, 0)]
    [InlineData(QuicEngine.MsQuic, 0.02, 0.1, 0.2, 0.1)]
    public async Task An_echo_survives_a_bad_network(
        QuicEngine engine, double loss, double duplication, double reordering, double mutation)
    {
        int seed = FuzzTime.Seed();
        await using TestHost server = await QuicHosts.StartAsync(engine: engine);
        await using TestHost client = await QuicHosts.StartAsync(engine: engine);
        await using UdpRelay relay = new(server.EndPoint(), new RelayFaults
        {
            Loss = loss,
            Duplication = duplication,
            Reordering = reordering,
            Mutation = mutation,
            Seed = seed,
        });

        PeerId peer = await client.Host.DialAsync(server.Through(relay), TestContext.Current.CancellationToken);
        await EchoClient.EchoAsync(client.Host, peer, streams: 4, bytesPerStream: 128 * 1024);

        await client.Host.ClosePeerAsync(peer, TestContext.Current.CancellationToken);
        await client.ComesToHoldNothingAsync();
        await server.Host.ClosePeerAsync(client.Host.PeerId, TestContext.Current.CancellationToken);
        await server.ComesToHoldNothingAsync();
    }

    [Theory]
    [InlineData(QuicEngine.Ngtcp2)]
    [InlineData(QuicEngine.MsQuic)]
    public async Task Invented_datagrams_harm_nobody_and_leave_nothing(QuicEngine engine)
    {
        Random random = new(FuzzTime.Seed());
        await using TestHost server = await QuicHosts.StartAsync(engine: engine);
        await using TestHost client = await QuicHosts.StartAsync(engine: engine);
        PeerId peer = await client.Host.DialAsync(server.Address, TestContext.Current.CancellationToken);
        using Socket attacker = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] initial = await InitialPackets.CaptureAsync(TestContext.Current.CancellationToken);

        using CancellationTokenSource over = new(FuzzTime.Length);
        int sent = 0;
        for (; !over.IsCancellationRequested; sent++)
        {
            byte[] datagram = random.Next(3) switch
            {
                0 => DatagramMutations.Mutate(initial, random),
                _ => DatagramMutations.Invent(random),
            };
            await attacker.SendToAsync(datagram, server.EndPoint());
            if (sent % 64 == 0)
                await Task.Yield();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{sent} datagrams");
        await client.Host.PingAsync(peer, TestContext.Current.CancellationToken);
        await using TestHost newcomer = await QuicHosts.StartAsync(engine: engine);
        await newcomer.Host.PingAsync(
            await newcomer.Host.DialAsync(server.Address, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await newcomer.Host.ClosePeerAsync(peer, TestContext.Current.CancellationToken);
        await client.Host.ClosePeerAsync(peer, TestContext.Current.CancellationToken);
        await server.ComesToHoldNothingAsync();
    }
}
