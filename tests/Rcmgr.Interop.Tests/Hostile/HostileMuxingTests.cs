using System.Buffers.Binary;
using Rcmgr.Libp2p.Negotiation;

namespace Rcmgr.Interop.Tests.Hostile;

/// <summary>Remotes that prove who they are and misbehave afterwards, on real sockets.</summary>
public sealed class HostileMuxingTests
{
    private const byte Data = 0;
    private const byte WindowUpdate = 1;
    private const ushort Syn = 1;

    public static TheoryData<string, byte[]> Garbage => new()
    {
        { "random bytes", HostileBytes.Random(4096) },
        { "an unknown version", HostileBytes.YamuxFrame(9, Data, 0, 1, 0) },
        { "an unknown type", HostileBytes.YamuxFrame(0, 77, 0, 1, 0) },
        { "data on the session", HostileBytes.YamuxFrame(0, Data, 0, 0, 4, 1, 2, 3, 4) },
        { "more data than the window", HostileBytes.YamuxFrame(0, Data, Syn, 1, uint.MaxValue) },
        { "a stream of our own numbering", HostileBytes.YamuxFrame(0, WindowUpdate, Syn, 2, 0) },
        {
            "a window beyond all bounds",
            [.. HostileBytes.YamuxFrame(0, WindowUpdate, Syn, 1, uint.MaxValue), .. HostileBytes.YamuxFrame(0, WindowUpdate, 0, 1, uint.MaxValue)]
        },
    };

    [Theory]
    [MemberData(nameof(Garbage), DisableDiscoveryEnumeration = true)]
    public async Task Garbage_after_a_valid_handshake_loses_that_connection_only(string what, byte[] bytes)
    {
        await using HostileScene scene = await HostileScene.StartAsync();
        await using LoopbackClient client = await scene.ConnectAsync();
        Stream secured = await client.SecureAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {bytes.Length} bytes");

        await secured.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await secured.FlushAsync(TestContext.Current.CancellationToken);

        await scene.OnlyThisIsLostAsync(client);
    }

    [Fact]
    public async Task Bytes_that_do_not_decrypt_lose_that_connection_only()
    {
        await using HostileScene scene = await HostileScene.StartAsync();
        await using LoopbackClient client = await scene.ConnectAsync();
        await client.SecureAsync(TestContext.Current.CancellationToken);

        await client.Raw.WriteAsync((byte[])[0, 64, .. HostileBytes.Random(64)], TestContext.Current.CancellationToken);

        await scene.OnlyThisIsLostAsync(client);
    }

    [Fact]
    public async Task A_huge_multistream_length_on_a_stream_resets_that_stream_only()
    {
        await using HostileScene scene = await HostileScene.StartAsync();
        await using LoopbackClient client = await scene.ConnectAsync();
        Stream secured = await client.SecureAsync(TestContext.Current.CancellationToken);

        await secured.WriteAsync(
            HostileBytes.YamuxFrame(0, Data, Syn, 1, 5, 0xff, 0xff, 0xff, 0xff, 0x7f), TestContext.Current.CancellationToken);
        Assert.Equal(0x1001u, await ReadResetCodeAsync(secured, 1));

        // The next stream of the same connection is served.
        byte[] ping = [.. MultistreamMessages.Encode(MultistreamSelect.ProtocolId, "/ipfs/ping/1.0.0"), .. HostileBytes.Random(32)];
        await secured.WriteAsync(
            HostileBytes.YamuxFrame(0, Data, Syn, 3, (uint)ping.Length, ping), TestContext.Current.CancellationToken);
        Assert.Equal(ping, await ReadDataAsync(secured, 3, ping.Length));
        await client.DisposeAsync();
        await scene.OnlyTheHonestPeerStaysAsync();
    }

    [Fact]
    public async Task Thousands_of_streams_without_a_protocol_stay_within_their_peers_limit_and_harm_nobody()
    {
        const int opening = 4000;
        const int allowed = 32;
        // By default one peer may hold as many streams as the transient scope has for all peers together.
        ResourceManagerLimits limits = TestHost.DefaultLimits;
        limits = limits with { PeerDefault = limits.PeerDefault with { StreamsInbound = allowed } };
        await using HostileScene scene = await HostileScene.StartAsync(limits: limits);
        await using LoopbackClient client = await scene.ConnectAsync();
        Stream secured = await client.SecureAsync(TestContext.Current.CancellationToken);

        Task draining = DrainAsync(secured);
        try
        {
            for (uint i = 0; i < opening; i++)
                await secured.WriteAsync(HostileBytes.YamuxFrame(0, WindowUpdate, Syn, (2 * i) + 1, 0), TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // The host may hang up on this.
        }

        IEnumerable<ScopeReport> peers = scene.Host.Manager.TakeSnapshot().Scopes.Where(scope => scope.Kind == ScopeKind.Peer);
        Assert.All(peers, peer => Assert.InRange(peer.Use.StreamsInbound, 0, allowed));
        await Eventually.HoldsAsync(
            () => scene.Host.Manager.GetRefusalCounts().Any(refusal => refusal.Scope == ScopeKind.Peer),
            () => "no stream was refused");
        await client.DisposeAsync();
        await draining;
        await scene.OnlyTheHonestPeerStaysAsync();
    }

    private static async Task DrainAsync(Stream secured)
    {
        byte[] dropped = new byte[16 * 1024];
        try
        {
            while (await secured.ReadAsync(dropped) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Over.
        }
    }

    private static async Task<uint> ReadResetCodeAsync(Stream secured, uint stream)
    {
        const ushort reset = 8;
        while (true)
        {
            (ushort flags, uint id, uint length, _) = await ReadFrameAsync(secured);
            if (id == stream && (flags & reset) != 0)
                return length;
        }
    }

    private static async Task<byte[]> ReadDataAsync(Stream secured, uint stream, int count)
    {
        List<byte> data = [];
        while (data.Count < count)
        {
            (_, uint id, _, byte[] content) = await ReadFrameAsync(secured);
            if (id == stream)
                data.AddRange(content);
        }

        return [.. data];
    }

    private static async Task<(ushort Flags, uint Stream, uint Length, byte[] Content)> ReadFrameAsync(Stream secured)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        byte[] header = new byte[12];
        await secured.ReadExactlyAsync(header, deadline.Token);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        byte[] content = new byte[header[1] == Data ? length : 0];
        await secured.ReadExactlyAsync(content, deadline.Token);
        return (BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)), length, content);
    }
}
