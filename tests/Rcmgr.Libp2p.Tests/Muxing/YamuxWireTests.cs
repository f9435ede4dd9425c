using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class YamuxWireTests
{
    [Fact]
    public async Task Header_is_twelve_big_endian_bytes()
    {
        byte[] bytes = new byte[12];
        new YamuxHeader(0, YamuxFrameType.WindowUpdate, YamuxFlags.Syn | YamuxFlags.Fin, 0x01020304, 0x0A0B0C0D).Write(bytes);
        Assert.Equal([0, 1, 0, 5, 1, 2, 3, 4, 0x0A, 0x0B, 0x0C, 0x0D], bytes);
        Assert.Equal(new YamuxHeader(0, YamuxFrameType.WindowUpdate, YamuxFlags.Syn | YamuxFlags.Fin, 0x01020304, 0x0A0B0C0D), YamuxHeader.Read(bytes));
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData(true, 1u)]
    [InlineData(false, 2u)]
    public async Task Initiator_opens_odd_streams_and_the_other_side_even_ones(bool isInitiator, uint first)
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(isInitiator: isInitiator);
        await session.OpenStreamAsync(Sessions.Deadline);
        await session.OpenStreamAsync(Sessions.Deadline);

        foreach (uint id in (uint[])[first, first + 2])
        {
            (YamuxHeader header, _) = await remote.ReadPastPingsAsync();
            Assert.Equal((id, YamuxFlags.Syn), (header.StreamId, header.Flags));
        }

        await session.DisposeAsync();
    }

    [Fact]
    public async Task First_frame_on_an_accepted_stream_acknowledges_it()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.OpenAsync(1);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        await stream.WriteAsync(new byte[] { 9 }, Sessions.Deadline);
        await stream.CloseWriteAsync(Sessions.Deadline);

        (YamuxHeader data, byte[] payload) = await remote.ReadPastPingsAsync();
        Assert.Equal((YamuxFrameType.Data, YamuxFlags.Ack, 1u), (data.Type, data.Flags, data.StreamId));
        Assert.Equal([9], payload);
        (YamuxHeader fin, _) = await remote.ReadPastPingsAsync();
        Assert.Equal(YamuxFlags.Fin, fin.Flags);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Data_with_syn_and_fin_is_a_whole_stream_in_one_frame()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.SendDataAsync(1, [4, 5], YamuxFlags.Syn | YamuxFlags.Fin);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        Assert.Equal([4, 5], await Sessions.ReadToEndAsync(stream, Sessions.Deadline));
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Ping_is_answered_with_its_value()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.SendAsync(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 0xDEADBEEF);
        (YamuxHeader pong, _) = await remote.ReadPastPingsAsync();
        Assert.Equal(new YamuxHeader(0, YamuxFrameType.Ping, YamuxFlags.Ack, 0, 0xDEADBEEF), pong);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Window_update_is_sent_once_half_the_window_is_read()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        const int half = YamuxOptions.InitialWindow / 2;
        await remote.SendDataAsync(1, new byte[half], YamuxFlags.Syn);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        await stream.ReadExactlyAsync(new byte[half], Sessions.Deadline);

        (YamuxHeader update, _) = await remote.ReadPastPingsAsync();
        Assert.Equal((YamuxFrameType.WindowUpdate, 1u, (uint)half), (update.Type, update.StreamId, update.Length));
        await session.DisposeAsync();
    }

    [Theory]
    [InlineData(true, 1000, YamuxOptions.InitialWindow * 2)]
    [InlineData(false, 1000, YamuxOptions.InitialWindow)]
    [InlineData(true, 4000, YamuxOptions.InitialWindow)]
    public async Task Window_doubles_when_read_within_four_round_trips_and_paid_for(bool paidFor, int elapsed, int expected)
    {
        FakeTimeProvider time = new();
        CountingBudget budget = new(paidFor ? 2 * YamuxOptions.InitialWindow : YamuxOptions.InitialWindow);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget, time: time);
        (YamuxHeader ping, _) = await remote.ReadAsync();
        time.Advance(TimeSpan.FromMilliseconds(1000));
        await remote.SendAsync(YamuxFrameType.Ping, YamuxFlags.Ack, 0, ping.Length);
        await remote.OpenAsync(1);
        YamuxStream stream = (YamuxStream)await session.AcceptOneAsync(Sessions.Deadline);
        Assert.Equal(TimeSpan.FromSeconds(1), session.RoundTrip);

        time.Advance(TimeSpan.FromMilliseconds(elapsed));
        const int half = YamuxOptions.InitialWindow / 2;
        await remote.SendDataAsync(1, new byte[half]);
        await stream.ReadExactlyAsync(new byte[half], Sessions.Deadline);

        (YamuxHeader update, _) = await remote.ReadPastPingsAsync();
        Assert.Equal(expected, stream.Window);
        Assert.Equal((uint)(half + expected - YamuxOptions.InitialWindow), update.Length);
        Assert.Equal(expected, budget.Held);
        await session.DisposeAsync();
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task Window_never_grows_beyond_the_largest()
    {
        FakeTimeProvider time = new();
        YamuxOptions options = new() { MaxWindow = 3 * YamuxOptions.InitialWindow };
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(options: options, time: time);
        (YamuxHeader ping, _) = await remote.ReadAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        await remote.SendAsync(YamuxFrameType.Ping, YamuxFlags.Ack, 0, ping.Length);
        await remote.OpenAsync(1);
        YamuxStream stream = (YamuxStream)await session.AcceptOneAsync(Sessions.Deadline);
        for (int i = 0; i < 16; i++)
        {
            await remote.SendDataAsync(1, new byte[128 * 1024]);
            await stream.ReadExactlyAsync(new byte[128 * 1024], Sessions.Deadline);
        }

        Assert.Equal(3 * YamuxOptions.InitialWindow, stream.Window);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Mute_remote_ends_the_session_after_the_keep_alive_timeout()
    {
        FakeTimeProvider time = new();
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(time: time);
        await remote.AnswerFirstPingAsync();
        await WaitUntilAsync(() => session.RoundTrip is not null);
        while (!session.Completion.IsCompleted)
        {
            Assert.False(Sessions.Deadline.IsCancellationRequested);
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(SessionEndReason.KeepAliveTimeout, session.End?.Reason);
        Assert.Null(await session.AcceptStreamAsync(Sessions.Deadline));
    }

    [Fact]
    public async Task Normal_go_away_lets_streams_finish_and_refuses_new_ones()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.OpenAsync(1);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        await remote.SendAsync(YamuxFrameType.GoAway, YamuxFlags.None, 0, 0);
        await remote.SendDataAsync(1, [1], YamuxFlags.Fin);
        Assert.Equal([1], await Sessions.ReadToEndAsync(stream, Sessions.Deadline));

        SessionClosedException refused = await Assert.ThrowsAsync<SessionClosedException>(async () => await session.OpenStreamAsync(Sessions.Deadline));
        Assert.Equal(SessionEndReason.RemoteGoAway, refused.Reason);
        await stream.WriteAsync(new byte[] { 2 }, Sessions.Deadline);
        await stream.CloseWriteAsync(Sessions.Deadline);
        await session.Completion.WaitAsync(Sessions.Deadline);
        Assert.Equal(SessionEndReason.RemoteGoAway, session.End?.Reason);
    }

    [Fact]
    public async Task Close_tells_the_remote_its_code_and_ends_every_stream_there()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        MuxedStream near = await client.OpenStreamAsync(Sessions.Deadline);
        MuxedStream far = await server.AcceptOneAsync(Sessions.Deadline);
        await client.CloseAsync(0x1001, Sessions.Deadline);

        SessionClosedException there = await Assert.ThrowsAsync<SessionClosedException>(async () => await far.ReadExactlyAsync(new byte[1], Sessions.Deadline));
        Assert.Equal((SessionEndReason.RemoteGoAway, 0x1001u), (there.Reason, there.Code));
        SessionClosedException here = await Assert.ThrowsAsync<SessionClosedException>(async () => await near.ReadExactlyAsync(new byte[1], Sessions.Deadline));
        Assert.Equal(SessionEndReason.LocalClose, here.Reason);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Stream_numbers_run_out_without_harm_to_the_session()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(isInitiator: true);
        session.NextId = uint.MaxValue;
        MuxedStream last = await session.OpenStreamAsync(Sessions.Deadline);
        Assert.Equal(uint.MaxValue, last.Id);
        SessionClosedException error = await Assert.ThrowsAsync<SessionClosedException>(async () => await session.OpenStreamAsync(Sessions.Deadline));
        Assert.Equal(SessionEndReason.StreamIdsExhausted, error.Reason);

        await remote.SendDataAsync(uint.MaxValue, [3], YamuxFlags.Ack | YamuxFlags.Fin);
        Assert.Equal([3], await Sessions.ReadToEndAsync(last, Sessions.Deadline));
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Opens_wait_while_too_many_are_unacknowledged()
    {
        YamuxOptions options = new() { AcknowledgeBacklog = 2 };
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(options: options, isInitiator: true);
        await session.OpenStreamAsync(Sessions.Deadline);
        MuxedStream second = await session.OpenStreamAsync(Sessions.Deadline);
        Task<MuxedStream> third = session.OpenStreamAsync(Sessions.Deadline).AsTask();
        Task<MuxedStream> fourth = session.OpenStreamAsync(Sessions.Deadline).AsTask();
        using CancellationTokenSource cancel = new();
        Task<MuxedStream> cancelled = session.OpenStreamAsync(cancel.Token).AsTask();
        Assert.False(third.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        await remote.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Ack, 1, 0);
        await third;
        second.Reset(0);
        await fourth;
        Task<MuxedStream> never = session.OpenStreamAsync(Sessions.Deadline).AsTask();
        await session.DisposeAsync();
        await Assert.ThrowsAsync<SessionClosedException>(() => never);
    }

    [Fact]
    public async Task Remote_that_does_not_read_blocks_writes_but_neither_cancellation_nor_the_end()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(isInitiator: true, capacity: 1024);
        MuxedStream stream = await session.OpenStreamAsync(Sessions.Deadline);
        await remote.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Ack, 1, 16 * 1024 * 1024);
        using CancellationTokenSource cancel = new();
        Task write = stream.WriteAsync(new byte[8 * 1024 * 1024], cancel.Token).AsTask();
        Assert.False(write.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);

        await session.CloseAsync(0, Sessions.Deadline);
        Assert.Equal(SessionEndReason.LocalClose, session.End?.Reason);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        CancellationToken deadline = Sessions.Deadline;
        while (!condition())
            await Task.Delay(1, deadline);
    }
}
