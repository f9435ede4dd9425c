using Rcmgr.Libp2p.Negotiation;

namespace Rcmgr.Interop.Tests.Hostile;

/// <summary>Remotes that misbehave before they have proved who they are, on real sockets.</summary>
public sealed class HostileHandshakeTests
{
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(1);

    public static TheoryData<string, byte[]> Garbage => new()
    {
        { "random bytes", HostileBytes.Random(4096) },
        { "zeros", new byte[4096] },
        { "an HTTP request", "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nUser-Agent: somebody who is lost\r\n\r\n"u8.ToArray() },
        { "a multistream length of 2^31", [0xff, 0xff, 0xff, 0xff, 0x07, 1, 2, 3] },
        { "a multistream length of 2^63", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3] },
        { "a multistream length that never ends", [.. Enumerable.Repeat((byte)0x80, 64)] },
        { "a huge length after the multistream header", [.. HostileBytes.AfterProposing("/nothing"), 0xff, 0xff, 0xff, 0x7f, 1, 2, 3] },
        { "hundreds of proposals nobody serves", HostileBytes.AfterProposing("/nothing", [.. Enumerable.Repeat("\u0003no\n"u8.ToArray(), 500).SelectMany(bytes => bytes)]) },
        { "random bytes for Noise", HostileBytes.AfterProposing("/noise", HostileBytes.Random(70_000)) },
        { "an empty Noise message", HostileBytes.AfterProposing("/noise", 0, 0, 0, 0) },
        { "random bytes for TLS", HostileBytes.AfterProposing("/tls/1.0.0", HostileBytes.Random(4096)) },
        { "a TLS record of garbage", HostileBytes.AfterProposing("/tls/1.0.0", [22, 3, 1, 0x40, 0, .. HostileBytes.Random(0x4000)]) },
    };

    [Theory]
    [MemberData(nameof(Garbage), DisableDiscoveryEnumeration = true)]
    public async Task Garbage_loses_that_connection_only(string what, byte[] bytes)
    {
        await using HostileScene scene = await HostileScene.StartAsync();
        await using LoopbackClient client = await scene.ConnectAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {bytes.Length} bytes");

        await TrySendAsync(client.Raw, bytes);

        await scene.OnlyThisIsLostAsync(client);
    }

    [Fact]
    public async Task Half_open_connections_end_with_the_handshake_timeout()
    {
        await using HostileScene scene = await HostileScene.StartAsync(ShortTimeout);
        LoopbackClient[] clients = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => scene.ConnectAsync()));
        await Eventually.HoldsAsync(
            () => scene.Host.Manager.System.Usage.ConnectionsInbound == clients.Length + 1, () => "not all have been accepted");

        bool[] ended = await Task.WhenAll(clients.Select(client => client.SeesTheEndAsync(Eventually.Deadline)));

        Assert.DoesNotContain(false, ended);
        await scene.OnlyTheHonestPeerStaysAsync();
        foreach (LoopbackClient client in clients)
            await client.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/noise")]
    [InlineData("/tls/1.0.0")]
    public async Task A_handshake_that_trickles_ends_with_the_handshake_timeout_however_often_a_byte_comes(string security)
    {
        await using HostileScene scene = await HostileScene.StartAsync(ShortTimeout);
        await using LoopbackClient client = await scene.ConnectAsync();
        if (security.Length > 0)
            await client.Raw.WriteAsync(HostileBytes.AfterProposing(security), TestContext.Current.CancellationToken);
        using CancellationTokenSource over = new();

        Task trickling = TrickleAsync(client.Raw, security, over.Token);

        await scene.OnlyThisIsLostAsync(client);
        await over.CancelAsync();
        await trickling;
    }

    [Fact]
    public async Task A_handshake_that_comes_byte_by_byte_but_in_time_succeeds()
    {
        await using HostileScene scene = await HostileScene.StartAsync(2 * Eventually.Deadline);
        await using (LoopbackClient client = await scene.ConnectAsync())
        {
            await client.SecureAsync(new BytewiseStream(client.Raw), TestContext.Current.CancellationToken);
            await Eventually.HoldsAsync(() => scene.Host.Host.ConnectedPeers.Count == 2, () => "the slow peer is not connected");
        }

        await scene.OnlyTheHonestPeerStaysAsync();
    }

    [Fact]
    public async Task A_remote_that_vanishes_at_any_point_of_its_handshake_leaves_nothing()
    {
        await using HostileScene scene = await HostileScene.StartAsync();
        byte[] opening = HostileBytes.AfterProposing("/noise", [0, 32, .. HostileBytes.Random(32)]);
        for (int length = 0; length <= opening.Length; length++)
        {
            await using LoopbackClient client = await scene.ConnectAsync();
            await client.Raw.WriteAsync(opening.AsMemory(0, length), TestContext.Current.CancellationToken);
        }

        await scene.OnlyTheHonestPeerStaysAsync();
    }

    /// <summary>Sends bytes one by one that are right as far as they go, for as long as the host listens.</summary>
    private static async Task TrickleAsync(Stream raw, string security, CancellationToken cancellationToken)
    {
        // After the proposal of Noise, a message of 65535 bytes; of TLS, a record of 16 KiB; before, a protocol of 1000 characters.
        byte[] opening = security switch
        {
            "/noise" => [0xff, 0xff],
            "/tls/1.0.0" => [22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc, 3, 3],
            _ => [.. MultistreamMessages.Encode("/multistream/1.0.0"), 0xe8, 0x07],
        };
        try
        {
            foreach (byte next in opening.Concat(Enumerable.Repeat((byte)'a', 900)))
            {
                await raw.WriteAsync(new[] { next }, cancellationToken);
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The host has had enough.
        }
    }

    private static async Task TrySendAsync(Stream raw, byte[] bytes)
    {
        try
        {
            await raw.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // The host has hung up before it was all sent.
        }
    }
}
