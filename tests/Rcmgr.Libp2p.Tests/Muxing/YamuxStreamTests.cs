using System.Security.Cryptography;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class YamuxStreamTests
{
    [Fact]
    public async Task Bytes_arrive_whole_in_both_directions()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        byte[] request = RandomNumberGenerator.GetBytes(3_000_000);
        byte[] response = RandomNumberGenerator.GetBytes(2_000_000);

        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        Task<byte[]> received = Sessions.ReadToEndAsync(far, ct);
        Task<byte[]> answered = Sessions.ReadToEndAsync(near, ct);
        await Task.WhenAll(near.WriteAsync(request, ct).AsTask(), far.WriteAsync(response, ct).AsTask());
        await near.CloseWriteAsync(ct);
        await far.CloseWriteAsync(ct);

        Assert.Equal(request, await received);
        Assert.Equal(response, await answered);
        await Task.WhenAll(near.Closed, far.Closed).WaitAsync(ct);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Half_closed_stream_still_carries_the_other_half()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);

        await near.CloseWriteAsync(ct);
        Assert.Empty(await Sessions.ReadToEndAsync(far, ct));
        Assert.False(near.Closed.IsCompleted);
        await far.WriteAsync(new byte[] { 1, 2, 3 }, ct);
        await far.CloseWriteAsync(ct);

        Assert.Equal([1, 2, 3], await Sessions.ReadToEndAsync(near, ct));
        await near.Closed.WaitAsync(ct);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await near.WriteAsync(new byte[1], ct));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x1002u)]
    public async Task Reset_reaches_the_other_side_with_its_code(uint code)
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        Task<int> waiting = far.ReadAsync(new byte[1], ct).AsTask();

        near.Reset(code);

        StreamResetException remote = await Assert.ThrowsAsync<StreamResetException>(() => waiting);
        Assert.Equal((code, true), (remote.Code, remote.ByRemote));
        StreamResetException local = await Assert.ThrowsAsync<StreamResetException>(async () => await near.WriteAsync(new byte[1], ct));
        Assert.Equal((code, false), (local.Code, local.ByRemote));
        await Task.WhenAll(near.Closed, far.Closed).WaitAsync(ct);
        Assert.Equal((0, 0), (client.StreamCount, server.StreamCount));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_resets_an_unfinished_stream_and_leaves_a_finished_one_alone()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        await near.DisposeAsync();
        await Assert.ThrowsAsync<StreamResetException>(async () => await far.ReadExactlyAsync(new byte[1], ct));

        near = await client.OpenStreamAsync(ct);
        far = await server.AcceptOneAsync(ct);
        await far.WriteAsync(new byte[] { 7 }, ct);
        await far.CloseWriteAsync(ct);
        await near.CloseWriteAsync(ct);
        Assert.Equal([7], await Sessions.ReadToEndAsync(near, ct));
        await near.DisposeAsync();

        Assert.Empty(await Sessions.ReadToEndAsync(far, ct));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_that_a_dispose_drops_are_not_taken_for_the_end(bool afterTheSession)
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.SendDataAsync(1, [1, 2, 3], YamuxFlags.Syn | YamuxFlags.Fin);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        await remote.SynchronizeAsync();
        await stream.CloseWriteAsync(Sessions.Deadline);
        if (afterTheSession)
            await session.DisposeAsync();

        await stream.DisposeAsync();

        StreamResetException dropped = await Assert.ThrowsAsync<StreamResetException>(
            async () => await stream.ReadExactlyAsync(new byte[1], Sessions.Deadline));
        Assert.False(dropped.ByRemote);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Graceful_close_delivers_the_last_bytes_and_waits_for_the_remote_no_longer_than_told()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        await near.WriteAsync(new byte[] { 1 }, ct);
        Task closing = near.CloseGracefullyAsync(ct).AsTask();
        Assert.Equal([1], await Sessions.ReadToEndAsync(far, ct));
        Assert.False(closing.IsCompleted);
        await far.CloseGracefullyAsync(ct);
        await closing;

        near = await client.OpenStreamAsync(ct);
        far = await server.AcceptOneAsync(ct);
        using CancellationTokenSource patience = new();
        closing = near.CloseGracefullyAsync(patience.Token).AsTask();
        Assert.Empty(await Sessions.ReadToEndAsync(far, ct));
        await patience.CancelAsync();
        await closing;
        await far.Closed.WaitAsync(ct);
        await Assert.ThrowsAsync<StreamResetException>(async () => await far.WriteAsync(new byte[1], ct));
        Assert.Equal((0, 0), (client.StreamCount, server.StreamCount));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Half_closed_behind_a_waiting_write_ends_after_it_even_if_the_write_is_cancelled()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        await near.WriteAsync(new byte[YamuxOptions.InitialWindow], ct);
        using CancellationTokenSource cancel = new();
        Task write = near.WriteAsync(new byte[1], cancel.Token).AsTask();
        await near.CloseWriteAsync(ct);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);

        Assert.Equal(YamuxOptions.InitialWindow, (await Sessions.ReadToEndAsync(far, ct)).Length);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Write_beyond_the_window_waits_for_the_reader_and_obeys_cancellation()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        await near.WriteAsync(new byte[YamuxOptions.InitialWindow], ct);

        using CancellationTokenSource cancel = new();
        Task write = near.WriteAsync(new byte[1], cancel.Token).AsTask();
        Assert.False(write.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);

        Task again = near.WriteAsync(new byte[1], ct).AsTask();
        Assert.False(again.IsCompleted);
        await far.ReadExactlyAsync(new byte[YamuxOptions.InitialWindow], ct);
        await again;
        await far.ReadExactlyAsync(new byte[1], ct);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Stalled_stream_does_not_block_the_others()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream stalled = await client.OpenStreamAsync(ct);
        await server.AcceptOneAsync(ct);
        Task blocked = stalled.WriteAsync(new byte[4 * YamuxOptions.InitialWindow], ct).AsTask();

        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        Task<byte[]> received = Sessions.ReadToEndAsync(far, ct);
        await near.WriteAsync(new byte[1_000_000], ct);
        await near.CloseWriteAsync(ct);

        Assert.Equal(1_000_000, (await received).Length);
        Assert.False(blocked.IsCompleted);
        await client.DisposeAsync();
        await server.DisposeAsync();
        await Assert.ThrowsAsync<SessionClosedException>(() => blocked);
    }

    [Fact]
    public async Task Writers_are_served_one_frame_each_in_turn()
    {
        YamuxOptions options = new() { SendBatch = 8 * 1024 + 24, MaxFrame = 4 * 1024 };
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(options: options, isInitiator: true, capacity: 1024);
        CancellationToken ct = Sessions.Deadline;
        MuxedStream[] streams = [await session.OpenStreamAsync(ct), await session.OpenStreamAsync(ct), await session.OpenStreamAsync(ct)];
        Task[] writes = [.. streams.Select(stream => stream.WriteAsync(new byte[64 * 1024], ct).AsTask())];

        List<uint> order = [];
        while (order.Count < 48)
        {
            (YamuxHeader header, _) = await remote.ReadAsync();
            if (header.Type == YamuxFrameType.Data)
                order.Add(header.StreamId);
        }

        await Task.WhenAll(writes).WaitAsync(ct);
        // The first batches belong to whoever came first; while all wait, nobody gets two frames in a row.
        uint[] contended = [.. order.Skip(8).Take(24)];
        Assert.All(contended.Zip(contended.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Cancelled_read_loses_no_bytes()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        using CancellationTokenSource cancel = new();
        Task<int> read = far.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);

        await near.WriteAsync(new byte[] { 1, 2, 3 }, ct);
        byte[] received = new byte[3];
        await far.ReadExactlyAsync(received, ct);
        Assert.Equal([1, 2, 3], received);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task What_the_remote_finished_stays_readable_after_the_session_ended()
    {
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair();
        CancellationToken ct = Sessions.Deadline;
        MuxedStream near = await client.OpenStreamAsync(ct);
        MuxedStream far = await server.AcceptOneAsync(ct);
        await near.WriteAsync(new byte[] { 1, 2, 3 }, ct);
        await near.CloseWriteAsync(ct);
        await client.CloseAsync(0, ct);
        await server.Completion.WaitAsync(ct);

        Assert.Equal([1, 2, 3], await Sessions.ReadToEndAsync(far, ct));
        await Assert.ThrowsAsync<SessionClosedException>(async () => await far.WriteAsync(new byte[1], ct));
        await server.DisposeAsync();
    }
}
