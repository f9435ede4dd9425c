using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Tests.Muxing;

namespace Rcmgr.Libp2p.Tests.Protocols;

public sealed class PingTests
{
    private static readonly PingHandler Handler = new(TimeProvider.System);

    [Fact]
    public async Task Pings_come_back_until_the_asking_side_closes_and_then_both_hold_nothing()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task serving = pair.ServeAsync(Handler);

        Assert.True(await Ping.RoundTripAsync(pair.Client, Sessions.Deadline) > TimeSpan.Zero);
        Assert.Equal(32, pair.Server.Scope.Usage.Memory);
        Assert.Equal(Ping.ServiceName, pair.Server.Scope.ServiceScope!.Name.Split(':')[^1]);
        Assert.True(await Ping.RoundTripAsync(pair.Client, Sessions.Deadline) > TimeSpan.Zero);
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);

        await pair.Client.CloseAsync(Sessions.Deadline);
        await serving.WaitAsync(Sessions.Deadline);
        Assert.True(pair.Server.Scope.Usage.IsZero);
        await pair.Client.DisposeAsync();
        Assert.True(pair.Client.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task The_asking_side_holds_both_blocks_while_it_waits()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task<TimeSpan> asking = Ping.RoundTripAsync(pair.Client, Sessions.Deadline);
        Assert.Equal(64, pair.Client.Scope.Usage.Memory);
        Task serving = pair.ServeAsync(Handler);
        await asking;
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
        await pair.Client.CloseAsync(Sessions.Deadline);
        await serving;
    }

    [Theory]
    [InlineData(31, long.MaxValue)]
    [InlineData(long.MaxValue, 0)]
    public async Task A_refused_answerer_resets_with_the_resource_limit_code(long memory, long streams)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId, server: StreamPair.Service(memory, streams));
        await pair.ServeAsync(Handler);
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Client));
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Theory]
    [InlineData(63, long.MaxValue)]
    [InlineData(long.MaxValue, 0)]
    public async Task A_refused_asking_side_resets_and_throws_the_refusal(long memory, long streams)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId, client: StreamPair.Service(memory, streams));
        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => Ping.RoundTripAsync(pair.Client, Sessions.Deadline));
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Server));
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
    }

    [Fact]
    public async Task A_silent_peer_loses_the_stream_and_what_it_holds()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task serving = pair.ServeAsync(new PingHandler(time));
        time.Advance(PingHandler.IdleLimit - TimeSpan.FromSeconds(1));
        await Ping.RoundTripAsync(pair.Client, Sessions.Deadline);
        time.Advance(PingHandler.IdleLimit - TimeSpan.FromSeconds(1));
        await Ping.RoundTripAsync(pair.Client, Sessions.Deadline);
        time.Advance(PingHandler.IdleLimit);
        await serving.WaitAsync(Sessions.Deadline);
        Assert.True(pair.Server.Scope.Usage.IsZero);
        Assert.Equal(StreamErrorCode.GarbageCollected, await StreamPair.ReadResetAsync(pair.Client));
    }

    [Fact]
    public async Task A_cut_off_block_breaks_the_protocol()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task serving = pair.ServeAsync(Handler);
        await pair.Client.Stream.WriteAsync(new byte[31], Sessions.Deadline);
        await pair.Client.CloseWriteAsync(Sessions.Deadline);
        await serving;
        Assert.Equal(StreamErrorCode.ProtocolViolation, await StreamPair.ReadResetAsync(pair.Client));
    }

    [Fact]
    public async Task The_end_of_the_host_resets_the_stream()
    {
        using CancellationTokenSource stop = new();
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task serving = pair.ServeAsync(Handler, stop);
        await stop.CancelAsync();
        await serving;
        Assert.Equal(StreamErrorCode.Shutdown, await StreamPair.ReadResetAsync(pair.Client));
    }

    [Fact]
    public async Task A_reset_by_the_remote_ends_the_handler_quietly()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task serving = pair.ServeAsync(Handler);
        pair.Client.Reset(7);
        await serving.WaitAsync(Sessions.Deadline);
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task Other_bytes_are_no_answer()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task<TimeSpan> asking = Ping.RoundTripAsync(pair.Client, Sessions.Deadline);
        await pair.Server.Stream.WriteAsync(new byte[32], Sessions.Deadline);
        await Assert.ThrowsAsync<PingException>(() => asking);
        Assert.Equal(StreamErrorCode.ProtocolViolation, await StreamPair.ReadResetAsync(pair.Server));
    }

    [Fact]
    public async Task The_end_of_the_stream_is_no_answer()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task<TimeSpan> asking = Ping.RoundTripAsync(pair.Client, Sessions.Deadline);
        await pair.Server.CloseWriteAsync(Sessions.Deadline);
        await Assert.ThrowsAsync<PingException>(() => asking);
    }

    [Fact]
    public async Task Waiting_for_an_answer_ends_after_ten_seconds()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task<TimeSpan> asking = Ping.RoundTripAsync(pair.Client, time, Sessions.Deadline);
        time.Advance(Ping.Timeout);
        await Assert.ThrowsAsync<PingException>(() => asking);
        Assert.Equal(StreamErrorCode.GarbageCollected, await StreamPair.ReadResetAsync(pair.Server));
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
    }

    [Fact]
    public async Task The_caller_can_give_up()
    {
        using CancellationTokenSource caller = new();
        await using StreamPair pair = await StreamPair.OpenAsync(Ping.ProtocolId);
        Task<TimeSpan> asking = Ping.RoundTripAsync(pair.Client, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(StreamErrorCode.None, await StreamPair.ReadResetAsync(pair.Server));
        Assert.Equal(0, pair.Client.Scope.Usage.Memory);
    }
}
