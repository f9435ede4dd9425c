using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class YamuxBudgetTests
{
    [Fact]
    public async Task Inbound_stream_beyond_the_budget_is_reset_alone()
    {
        CountingBudget budget = new(2 * YamuxOptions.InitialWindow);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
        CancellationToken ct = Sessions.Deadline;
        await remote.OpenAsync(1);
        await remote.OpenAsync(3);
        await remote.SendDataAsync(5, new byte[1000], YamuxFlags.Syn);
        await remote.SendDataAsync(5, new byte[1000]);

        (YamuxHeader reset, _) = await remote.ReadPastPingsAsync();
        Assert.Equal(new YamuxHeader(0, YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 5, 0x1002), reset);
        MuxedStream first = await session.AcceptOneAsync(ct);
        MuxedStream second = await session.AcceptOneAsync(ct);
        await remote.SendDataAsync(3, [8], YamuxFlags.Fin);
        Assert.Equal([8], await Sessions.ReadToEndAsync(second, ct));
        Assert.Equal(1, session.RefusedInbound);

        first.Reset(0);
        await remote.OpenAsync(7);
        Assert.Equal(7UL, (await session.AcceptOneAsync(ct)).Id);
        await session.DisposeAsync();
        AssertBalanced(budget);
    }

    [Fact]
    public async Task Inbound_streams_beyond_the_backlog_are_reset_and_reset_ones_leave_it()
    {
        CountingBudget budget = new(long.MaxValue);
        YamuxOptions options = new() { AcceptBacklog = 2 };
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget, options);
        await remote.OpenAsync(1);
        await remote.OpenAsync(3);
        await remote.OpenAsync(5);
        (YamuxHeader reset, _) = await remote.ReadPastPingsAsync();
        Assert.Equal((5u, YamuxFlags.Rst, 0x1002u), (reset.StreamId, reset.Flags, reset.Length));

        await remote.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1, 0);
        await remote.OpenAsync(7);
        await remote.SynchronizeAsync();
        Assert.Equal(3UL, (await session.AcceptOneAsync(Sessions.Deadline)).Id);
        Assert.Equal(7UL, (await session.AcceptOneAsync(Sessions.Deadline)).Id);
        await session.DisposeAsync();
        AssertBalanced(budget);
    }

    [Fact]
    public async Task Thousand_refused_outbound_opens_leave_the_session_usable()
    {
        CountingBudget budget = new(YamuxOptions.InitialWindow);
        (YamuxConnection client, YamuxConnection server) = Sessions.Pair(clientBudget: budget);
        CancellationToken ct = Sessions.Deadline;
        MuxedStream holder = await client.OpenStreamAsync(ct);
        for (int i = 0; i < 1000; i++)
            await Assert.ThrowsAsync<CountingBudget.BudgetRefusedException>(async () => await client.OpenStreamAsync(ct));
        Assert.Equal(1, client.StreamCount);
        holder.Reset(0);

        for (int i = 0; i < 300; i++)
        {
            MuxedStream near = await client.OpenStreamAsync(ct);
            await near.WriteAsync(new byte[] { 1 }, ct);
            MuxedStream far = await server.AcceptOneAsync(ct);
            near.Reset(0);
            far.Reset(0);
        }

        await client.DisposeAsync();
        await server.DisposeAsync();
        AssertBalanced(budget);
    }

    [Fact]
    public async Task Finished_stream_keeps_its_reservation_until_its_bytes_are_read()
    {
        CountingBudget budget = new(long.MaxValue);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
        await remote.SendDataAsync(1, new byte[100], YamuxFlags.Syn | YamuxFlags.Fin);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        await stream.CloseWriteAsync(Sessions.Deadline);
        await stream.Closed.WaitAsync(Sessions.Deadline);
        Assert.Equal(YamuxOptions.InitialWindow, budget.Held);

        await stream.ReadExactlyAsync(new byte[100], Sessions.Deadline);
        Assert.Equal((0L, 0), (budget.Held, session.StreamCount));
        await session.DisposeAsync();
        AssertBalanced(budget);
    }

    [Theory]
    [InlineData("read")]
    [InlineData("copied")]
    [InlineData("reset")]
    [InlineData("disposed")]
    public async Task What_is_unread_when_the_session_ends_is_paid_for_until_it_is(string over)
    {
        CountingBudget budget = new(long.MaxValue);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
        await remote.SendDataAsync(1, new byte[100], YamuxFlags.Syn | YamuxFlags.Fin);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        await remote.SynchronizeAsync();
        await session.DisposeAsync();
        Assert.Equal((YamuxOptions.InitialWindow, 0), (budget.Held, session.StreamCount));

        switch (over)
        {
            case "read":
                await stream.ReadExactlyAsync(new byte[100], Sessions.Deadline);
                break;
            case "copied":
                await stream.CopyToAsync(Stream.Null, Sessions.Deadline);
                break;
            case "reset":
                stream.Reset(7);
                await Assert.ThrowsAsync<StreamResetException>(async () => await stream.ReadExactlyAsync(new byte[1], Sessions.Deadline));
                break;
            default:
                await stream.DisposeAsync();
                break;
        }

        AssertBalanced(budget);
        await stream.DisposeAsync();
        AssertBalanced(budget);
    }

    [Fact]
    public async Task What_nobody_accepted_is_given_back_with_the_session()
    {
        CountingBudget budget = new(long.MaxValue);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
        await remote.SendDataAsync(1, new byte[100], YamuxFlags.Syn | YamuxFlags.Fin);
        await remote.SynchronizeAsync();

        await session.DisposeAsync();

        AssertBalanced(budget);
    }

    [Fact]
    public async Task A_piece_that_is_being_copied_is_paid_for_until_its_write_ends()
    {
        CountingBudget budget = new(long.MaxValue);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
        await remote.SendDataAsync(1, new byte[100], YamuxFlags.Syn);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        HeldTarget target = new();
        Task copying = stream.CopyToAsync(target, Sessions.Deadline);
        await target.Entered.WaitAsync(Sessions.Deadline);

        stream.Reset(7);
        Assert.Equal(YamuxOptions.InitialWindow, budget.Held);

        target.Release();
        await Assert.ThrowsAsync<StreamResetException>(() => copying);
        AssertBalanced(budget);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Session_end_amid_everything_gives_back_every_reservation_once()
    {
        for (int round = 0; round < 20; round++)
        {
            CountingBudget near = new(64L * YamuxOptions.InitialWindow);
            CountingBudget far = new(48L * YamuxOptions.InitialWindow);
            (YamuxConnection client, YamuxConnection server) = Sessions.Pair(near, far, capacity: 32 * 1024);
            CancellationToken ct = Sessions.Deadline;
            Task echoing = EchoAsync(server, ct);
            Task[] busy = [.. Enumerable.Range(0, 8).Select(i => ChurnAsync(client, i, ct))];
            await Task.Delay(round, ct);
            await Task.WhenAll(client.CloseAsync(0, ct).AsTask(), server.CloseAsync(0, ct).AsTask());
            await Task.WhenAll(busy).WaitAsync(ct);
            await echoing.WaitAsync(ct);
            AssertBalanced(near);
            AssertBalanced(far);
            Assert.Equal((0, 0), (client.StreamCount, server.StreamCount));
        }
    }

    private static async Task EchoAsync(YamuxConnection server, CancellationToken ct)
    {
        List<Task> handlers = [];
        while (await server.AcceptStreamAsync(ct) is { } stream)
        {
            handlers.Add(Task.Run(
                async () =>
                {
                    try
                    {
                        await using (stream)
                        {
                            await stream.CopyToAsync(stream, ct);
                            await stream.CloseWriteAsync(ct);
                        }
                    }
                    catch (IOException)
                    {
                        // The session or the stream ended first.
                    }
                },
                ct));
        }

        await Task.WhenAll(handlers);
    }

    private static async Task ChurnAsync(YamuxConnection client, int seed, CancellationToken ct)
    {
        Random random = new(seed);
        try
        {
            while (true)
            {
                try
                {
                    await using MuxedStream stream = await client.OpenStreamAsync(ct);
                    await stream.WriteAsync(new byte[random.Next(20_000)], ct);
                    if (random.Next(3) == 0)
                        stream.Reset(7);
                    await stream.CloseWriteAsync(ct);
                    await Sessions.ReadToEndAsync(stream, ct);
                }
                catch (Exception e) when (e is StreamResetException or CountingBudget.BudgetRefusedException)
                {
                    await Task.Yield();
                }
            }
        }
        catch (SessionClosedException)
        {
            // The end that the test is about.
        }
    }

    private static void AssertBalanced(CountingBudget budget) =>
        Assert.Equal((0L, budget.Begun, 0), (budget.Held, budget.Disposed, budget.DoubleDisposals));
}
