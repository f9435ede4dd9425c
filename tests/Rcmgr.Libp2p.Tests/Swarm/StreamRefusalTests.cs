using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>What a refusal of each phase of a stream looks like on either side. The connection survives every one.</summary>
public sealed class StreamRefusalTests
{
    private static readonly ResourceLimits All = ResourceLimits.AllowAll;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Inbound => ["stream", "window", "protocol"];

    [Theory]
    [MemberData(nameof(Inbound))]
    public async Task A_refused_inbound_stream_is_reset_with_the_resource_limit_code(string phase)
    {
        await using TestHost server = await TestHost.StartAsync(Limits(phase));
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        MuxedStream stream = await peer.ProposeAsync(EchoHandler.Protocol);

        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await RawPeer.ResetCodeAsync(stream));
        await server.NextEventAsync<StreamRefusedEvent>();
        Assert.False(peer.Session.Completion.IsCompleted);
        await Eventually.IsTrueAsync(() => server.Manager.System.Usage is { StreamsInbound: 0 } usage && usage.Memory == TestHost.ConnectionBytes);
    }

    [Theory]
    [InlineData("stream", ScopeKind.Peer, Resource.Streams)]
    [InlineData("window", ScopeKind.Peer, Resource.Memory)]
    [InlineData("protocol", ScopeKind.Protocol, Resource.Streams)]
    public async Task A_refused_outbound_stream_throws_the_refusal(string phase, ScopeKind scope, Resource resource)
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(Limits(phase));
        await client.DialAsync(server);

        var error = await Assert.ThrowsAsync<ResourceLimitExceededException>(() => client.OpenAsync(server, EchoHandler.Protocol));

        Assert.Equal((scope, resource), (error.Refusal.ScopeKind, error.Refusal.Resource));
        await Eventually.IsTrueAsync(() => server.Manager.System.Usage.StreamsInbound == 0);
        Assert.Equal(0, client.Manager.System.Usage.StreamsOutbound);
        Assert.Contains(server.PeerId, client.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_stream_that_speaks_no_negotiation_is_reset_with_the_negotiation_code()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        MuxedStream stream = await peer.Session.OpenStreamAsync(Ct);
        await stream.WriteAsync(new byte[64], Ct);

        Assert.Equal(StreamErrorCode.NegotiationFailed, await RawPeer.ResetCodeAsync(stream));
    }

    [Fact]
    public async Task A_stream_that_never_proposes_is_reset_by_the_deadline()
    {
        await using TestHost server = await TestHost.StartAsync(
            configure: options => options with { NegotiationTimeout = TimeSpan.FromMilliseconds(100) });
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        MuxedStream stream = await peer.Session.OpenStreamAsync(Ct);

        Assert.Equal(StreamErrorCode.NegotiationFailed, await RawPeer.ResetCodeAsync(stream));
        await Eventually.IsTrueAsync(() => server.Manager.System.Usage.StreamsInbound == 0);
    }

    [Fact]
    public async Task A_protocol_the_remote_does_not_serve_fails_at_the_opener_only()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        await Assert.ThrowsAnyAsync<IOException>(() => client.OpenAsync(server, "/unknown/1.0.0"));

        Assert.True(await client.Host.PingAsync(server.PeerId, Ct) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_stream_whose_remote_never_answers_times_out_and_gives_its_account_back()
    {
        await using TestHost client = await TestHost.StartAsync(
            TestHost.Unlimited, options => options with { NegotiationTimeout = TimeSpan.FromMilliseconds(100) });
        await using RawPeer peer = await RawPeer.ConnectAsync(client.Address);
        await Eventually.IsTrueAsync(() => client.Host.ConnectedPeers.Count == 1);

        await Assert.ThrowsAsync<TimeoutException>(
            () => client.Host.OpenStreamAsync(client.Host.ConnectedPeers[0], EchoHandler.Protocol, Ct));

        Assert.Equal(0, client.Manager.System.Usage.StreamsOutbound);
    }

    private static ResourceManagerLimits Limits(string phase) => phase switch
    {
        "stream" => TestHost.Unlimited with { PeerDefault = All with { StreamsInbound = 0, StreamsOutbound = 0 } },
        "window" => TestHost.Unlimited with { PeerDefault = All with { Memory = TestHost.ConnectionBytes + YamuxOptions.InitialWindow - 1 } },
        _ => TestHost.Unlimited with
        {
            Protocol = new Dictionary<string, ResourceLimits> { [EchoHandler.Protocol] = All with { Streams = 0 } },
        },
    };
}
