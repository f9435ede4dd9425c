using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Tests.Muxing;

namespace Rcmgr.Libp2p.Tests.Protocols;

public sealed class IdentifyTests
{
    internal static IdentifyInfo ServerInfo { get; } = new()
    {
        PeerId = StreamPair.ServerIdentity.PeerId,
        PublicKey = StreamPair.ServerIdentity.PublicKey,
        ListenAddresses = [StreamPair.ServerAddress, Multiaddress.Parse("/ip6/::1/udp/2002/quic-v1")],
        Protocols = [Ping.ProtocolId, Identify.ProtocolId],
        ProtocolVersion = "ipfs/0.1.0",
        AgentVersion = "rcmgr/0.1.0",
    };

    private static IdentifyInfo ClientInfo { get; } = ServerInfo with
    {
        PeerId = StreamPair.ClientIdentity.PeerId,
        PublicKey = StreamPair.ClientIdentity.PublicKey,
    };

    [Fact]
    public async Task A_peer_reads_all_that_the_other_says_and_how_it_is_seen()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId);
        Task<IdentifyInfo> reading = Identify.ReadAsync(pair.Client, Sessions.Deadline);
        Assert.Equal(8192, pair.Client.Scope.Usage.Memory);
        Task serving = pair.ServeAsync(new IdentifyHandler(() => ServerInfo, TimeProvider.System));
        IdentifyInfo read = await reading;
        await serving.WaitAsync(Sessions.Deadline);

        AssertSame(ServerInfo, read);
        Assert.Equal(StreamPair.ClientAddress, read.ObservedAddress);
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task The_answering_side_counts_as_the_service_and_holds_no_memory()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId);
        Task serving = pair.ServeAsync(new IdentifyHandler(() => ServerInfo, TimeProvider.System));
        Assert.Equal(1, pair.Server.Scope.ServiceScope!.Usage.StreamsInbound);
        Assert.Equal(0, pair.Server.Scope.Usage.Memory);
        await Identify.ReadAsync(pair.Client, Sessions.Deadline);
        await serving;
    }

    [Fact]
    public async Task A_refused_answerer_resets_with_the_resource_limit_code()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId, server: StreamPair.Service(streams: 0));
        await pair.ServeAsync(new IdentifyHandler(() => ServerInfo, TimeProvider.System));
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Client));
    }

    [Theory]
    [InlineData(8191, long.MaxValue)]
    [InlineData(long.MaxValue, 0)]
    public async Task A_refused_reader_resets_and_throws_the_refusal(long memory, long streams)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId, client: StreamPair.Service(memory, streams));
        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => Identify.ReadAsync(pair.Client, Sessions.Deadline));
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Server));
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_not_waited_for()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId);
        Task<IdentifyInfo> reading = Identify.ReadAsync(pair.Client, time, Sessions.Deadline);
        time.Advance(Identify.Timeout);
        IdentifyException e = await Assert.ThrowsAsync<IdentifyException>(() => reading);
        Assert.Equal(IdentifyFailure.TimedOut, e.Failure);
        Assert.Equal(StreamErrorCode.GarbageCollected, await StreamPair.ReadResetAsync(pair.Server));
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
    }

    [Fact]
    public async Task An_unacceptable_answer_resets_the_stream()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId);
        Task<IdentifyInfo> reading = Identify.ReadAsync(pair.Client, Sessions.Deadline);
        await pair.Server.Stream.WriteAsync(IdentifyWire.Encode(ClientInfo), Sessions.Deadline);
        await pair.Server.CloseWriteAsync(Sessions.Deadline);
        IdentifyException e = await Assert.ThrowsAsync<IdentifyException>(() => reading);
        Assert.Equal(IdentifyFailure.KeyMismatch, e.Failure);
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
    }

    [Fact]
    public async Task A_peer_that_never_ends_its_half_does_not_keep_the_answering_side()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId);
        Task serving = pair.ServeAsync(new IdentifyHandler(() => ServerInfo, time));
        time.Advance(Identify.Timeout);
        await serving.WaitAsync(Sessions.Deadline);
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task A_fault_of_ours_resets_the_stream_and_is_thrown()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Identify.ProtocolId);
        IdentifyHandler broken = new(() => throw new InvalidOperationException("no description"), TimeProvider.System);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.ServeAsync(broken));
        Assert.Equal(StreamErrorCode.None, await StreamPair.ReadResetAsync(pair.Client));
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task A_push_that_the_peer_does_not_take_is_given_up()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId);
        Task pushing = IdentifyPush.SendAsync(pair.Client, ClientInfo, time, Sessions.Deadline);
        time.Advance(Identify.Timeout);
        await pushing.WaitAsync(Sessions.Deadline);
        await pair.Client.DisposeAsync();
        Assert.True(pair.Client.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task A_push_of_ours_that_is_refused_resets_and_throws_the_refusal()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId, client: StreamPair.Service(streams: 0));
        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => IdentifyPush.SendAsync(pair.Client, ClientInfo, Sessions.Deadline));
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Server));
    }

    [Fact]
    public async Task A_push_reaches_the_receiver()
    {
        IdentifyInfo? received = null;
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId);
        Task serving = pair.ServeAsync(new IdentifyPushHandler(info => received = info, TimeProvider.System));
        Assert.Equal(8192, pair.Server.Scope.Usage.Memory);
        await IdentifyPush.SendAsync(pair.Client, ClientInfo, Sessions.Deadline);
        await serving.WaitAsync(Sessions.Deadline);
        AssertSame(ClientInfo, received!);
        Assert.Equal(StreamPair.ServerAddress, received!.ObservedAddress);
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Theory]
    [InlineData(8191, long.MaxValue)]
    [InlineData(long.MaxValue, 0)]
    public async Task A_refused_push_is_reset_with_the_resource_limit_code(long memory, long streams)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId, server: StreamPair.Service(memory, streams));
        await pair.ServeAsync(new IdentifyPushHandler(_ => Assert.Fail("nothing was read"), TimeProvider.System));
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Client));
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task A_push_of_another_peers_key_breaks_the_protocol()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId);
        Task serving = pair.ServeAsync(new IdentifyPushHandler(_ => Assert.Fail("nothing was acceptable"), TimeProvider.System));
        await pair.Client.Stream.WriteAsync(IdentifyWire.Encode(ServerInfo), Sessions.Deadline);
        await pair.Client.CloseWriteAsync(Sessions.Deadline);
        await Assert.ThrowsAsync<IdentifyException>(() => serving);
        Assert.Equal(StreamErrorCode.ProtocolViolation, await StreamPair.ReadResetAsync(pair.Client));
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task A_push_that_does_not_end_loses_the_stream()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId);
        Task serving = pair.ServeAsync(new IdentifyPushHandler(_ => Assert.Fail("nothing was complete"), time));
        await pair.Client.Stream.WriteAsync(IdentifyWire.Encode(ClientInfo), Sessions.Deadline);
        time.Advance(Identify.Timeout);
        await serving.WaitAsync(Sessions.Deadline);
        Assert.Equal(StreamErrorCode.GarbageCollected, await StreamPair.ReadResetAsync(pair.Client));
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task Pushes_beyond_the_rate_of_a_connection_are_reset_alone()
    {
        FakeTimeProvider time = new();
        int received = 0;
        IdentifyPushHandler handler = new(_ => received++, time);
        object connection = new();
        for (int i = 0; i < IdentifyPushHandler.Burst; i++)
            await PushAsync(handler, connection);

        Assert.Equal(StreamErrorCode.RateLimited, await RefusedPushAsync(handler, connection));
        await PushAsync(handler, new object());
        time.Advance(IdentifyPushHandler.Interval);
        await PushAsync(handler, connection);
        Assert.Equal(StreamErrorCode.RateLimited, await RefusedPushAsync(handler, connection));
        Assert.Equal(IdentifyPushHandler.Burst + 2, received);
    }

    private static async Task PushAsync(IdentifyPushHandler handler, object connection)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId, connection: connection);
        Task serving = pair.ServeAsync(handler);
        await IdentifyPush.SendAsync(pair.Client, ClientInfo, Sessions.Deadline);
        await serving.WaitAsync(Sessions.Deadline);
    }

    private static async Task<uint> RefusedPushAsync(IdentifyPushHandler handler, object connection)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(IdentifyPush.ProtocolId, connection: connection);
        await pair.ServeAsync(handler);
        Assert.True(pair.Server.Scope.Usage.IsZero);
        return await StreamPair.ReadResetAsync(pair.Client);
    }

    private static void AssertSame(IdentifyInfo expected, IdentifyInfo actual)
    {
        Assert.Equal(expected.PeerId, actual.PeerId);
        Assert.Equal(expected.PublicKey, actual.PublicKey);
        Assert.Equal(expected.ListenAddresses, actual.ListenAddresses);
        Assert.Equal(expected.Protocols, actual.Protocols);
        Assert.Equal(expected.ProtocolVersion, actual.ProtocolVersion);
        Assert.Equal(expected.AgentVersion, actual.AgentVersion);
    }
}
