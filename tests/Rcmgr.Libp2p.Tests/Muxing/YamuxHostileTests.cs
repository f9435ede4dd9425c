using CsCheck;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class YamuxHostileTests
{
    public static TheoryData<string, byte, byte, ushort, uint, uint> Violations => new()
    {
        { "unknown version", 1, 0, 0, 1, 0 },
        { "unknown type", 0, 4, 0, 1, 0 },
        { "data of no stream", 0, 0, 0, 0, 10 },
        { "window update of no stream", 0, 1, 0, 0, 10 },
        { "ping of a stream", 0, 2, 1, 1, 0 },
        { "go-away of a stream", 0, 3, 0, 1, 0 },
        { "ping without a flag", 0, 2, 0, 0, 0 },
        { "stream number of ours", 0, 1, 1, 2, 0 },
        { "data beyond the window", 0, 0, 1, 3, YamuxOptions.InitialWindow + 1 },
        { "data for nobody, beyond any window", 0, 0, 0, 9, 0xFFFFFFFF },
        { "stream that exists", 0, 1, 1, 1, 0 },
        { "window beyond 32 bits", 0, 1, 0, 1, 0xFFFFFFFF },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task Violation_ends_the_session_with_a_protocol_error(string what, byte version, byte type, ushort flags, uint id, uint length)
    {
        CountingBudget budget = new(long.MaxValue);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
        await remote.OpenAsync(1);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        await remote.SendAsync((YamuxFrameType)type, (YamuxFlags)flags, id, length, version: version);

        (YamuxHeader goAway, _) = await remote.ReadPastPingsAsync();
        await session.Completion.WaitAsync(Sessions.Deadline);
        Assert.True(session.End?.Reason == SessionEndReason.ProtocolViolation, what);
        Assert.Equal((YamuxFrameType.GoAway, YamuxGoAway.ProtocolError), (goAway.Type, goAway.Length));
        await Assert.ThrowsAsync<SessionClosedException>(async () => await stream.ReadExactlyAsync(new byte[1], Sessions.Deadline));
        Assert.Equal((0L, budget.Begun, 0), (budget.Held, budget.Disposed, budget.DoubleDisposals));
    }

    [Fact]
    public async Task Data_after_the_end_of_the_remotes_half_is_a_violation()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.SendDataAsync(1, [1], YamuxFlags.Syn | YamuxFlags.Fin);
        await remote.SendDataAsync(1, [2]);
        await session.Completion.WaitAsync(Sessions.Deadline);
        Assert.Equal(SessionEndReason.ProtocolViolation, session.End?.Reason);
    }

    [Fact]
    public async Task Reader_that_never_reads_holds_at_most_its_window()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.OpenAsync(1);
        for (int i = 0; i < YamuxOptions.InitialWindow / 1024; i++)
            await remote.SendDataAsync(1, new byte[1024]);
        Assert.Null(session.End);
        await remote.SendDataAsync(1, new byte[1]);
        await session.Completion.WaitAsync(Sessions.Deadline);
        Assert.Equal(SessionEndReason.ProtocolViolation, session.End?.Reason);
    }

    [Fact]
    public async Task Frames_of_unknown_streams_are_thrown_away()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer();
        await remote.SendDataAsync(77, new byte[100_000], YamuxFlags.Fin);
        await remote.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.None, 78, 5);
        await remote.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 79, 5);
        await remote.SendDataAsync(1, [6], YamuxFlags.Syn | YamuxFlags.Fin);
        MuxedStream stream = await session.AcceptOneAsync(Sessions.Deadline);
        Assert.Equal([6], await Sessions.ReadToEndAsync(stream, Sessions.Deadline));
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Ping_flood_from_a_remote_that_does_not_read_owes_one_answer()
    {
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(capacity: 1024);
        const uint count = 100_000;
        for (uint i = 1; i <= count; i++)
            await remote.SendAsync(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i);

        int answers = 0;
        uint last = 0;
        while (last != count)
        {
            (YamuxHeader pong, _) = await remote.ReadPastPingsAsync();
            answers++;
            last = pong.Length;
        }

        // What fits the in-memory channel and the batches under way may be answered one by one, the rest may not.
        Assert.InRange(answers, 1, 1000);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Rapid_resets_leave_nothing_behind()
    {
        CountingBudget budget = new(8L * YamuxOptions.InitialWindow);
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
        byte[] burst = new byte[2 * YamuxHeader.Size * 1000];
        uint id = 1;
        for (int round = 0; round < 100; round++)
        {
            for (int i = 0; i < 1000; i++, id += 2)
            {
                Span<byte> pair = burst.AsSpan(2 * YamuxHeader.Size * i);
                new YamuxHeader(0, YamuxFrameType.WindowUpdate, YamuxFlags.Syn, id, 0).Write(pair);
                new YamuxHeader(0, YamuxFrameType.WindowUpdate, YamuxFlags.Rst, id, 0).Write(pair[YamuxHeader.Size..]);
            }

            await remote.Channel.WriteAsync(burst, Sessions.Deadline);
        }

        await remote.SendDataAsync(id, [1], YamuxFlags.Syn | YamuxFlags.Fin);
        MuxedStream? stream;
        do
            stream = await session.AcceptStreamAsync(Sessions.Deadline);
        while (stream is not null && stream.Id != id);
        Assert.NotNull(stream);
        Assert.Equal([1], await Sessions.ReadToEndAsync(stream, Sessions.Deadline));
        Assert.InRange(budget.Peak, 1, 8L * YamuxOptions.InitialWindow);
        Assert.Equal((1, 100_001), (session.StreamCount, budget.Begun));
        await session.DisposeAsync();
        Assert.Equal((0L, budget.Begun, 0), (budget.Held, budget.Disposed, budget.DoubleDisposals));
    }

    [Fact]
    public async Task Remote_that_reads_its_resets_late_keeps_its_session()
    {
        YamuxOptions options = new() { MaxQueuedResets = 16 };
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(new CountingBudget(0), options, capacity: 1024);
        Task flood = Task.Run(
            async () =>
            {
                for (uint id = 1; id < 40_000; id += 2)
                    await remote.OpenAsync(id);
            },
            Sessions.Deadline);
        for (uint id = 1; id < 40_000; id += 2)
        {
            (YamuxHeader reset, _) = await remote.ReadPastPingsAsync();
            Assert.Equal((id, YamuxFlags.Rst, 0x1002u), (reset.StreamId, reset.Flags, reset.Length));
        }

        await flood;
        Assert.Null(session.End);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Remote_that_never_reads_its_resets_is_stopped_and_then_cut()
    {
        YamuxOptions options = new() { MaxQueuedResets = 16, SendBatch = 1024, ControlDrainTimeout = TimeSpan.FromMilliseconds(50) };
        (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(new CountingBudget(0), options, capacity: 1024);
        Task flood = Task.Run(
            async () =>
            {
                for (uint id = 1; !session.Completion.IsCompleted; id += 2)
                    await remote.OpenAsync(id);
            },
            Sessions.Deadline);
        await session.Completion.WaitAsync(Sessions.Deadline);
        Assert.Equal(SessionEndReason.ControlFlood, session.End?.Reason);
        Assert.InRange(session.RefusedInbound, 16, 1000);
        await flood;
    }

    [Fact]
    public void Random_frames_end_typed_and_leave_no_reservation() =>
        FrameSequences.SampleAsync(
            async frames =>
            {
                CountingBudget budget = new(4L * YamuxOptions.InitialWindow);
                (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
                Task accepting = AcceptAndReadAsync(session);
                foreach ((YamuxHeader header, byte[] payload) in frames)
                {
                    if (session.End is not null)
                        break;
                    await remote.SendAsync(header.Type, header.Flags, header.StreamId, header.Length, payload, header.Version);
                }

                await remote.Channel.DisposeAsync();
                await session.Completion.WaitAsync(Sessions.Deadline);
                await accepting;
                AssertEndedClean(session, budget);
            },
            iter: 300);

    [Fact]
    public void Random_bytes_end_typed_and_leave_no_reservation() =>
        Gen.Byte.Array[0, 400].SampleAsync(
            async bytes =>
            {
                CountingBudget budget = new(4L * YamuxOptions.InitialWindow);
                (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
                await remote.Channel.WriteAsync(bytes, Sessions.Deadline);
                await remote.Channel.DisposeAsync();
                await session.Completion.WaitAsync(Sessions.Deadline);
                AssertEndedClean(session, budget);
            },
            iter: 300);

    [Fact]
    public void Mutated_session_ends_typed_and_leaves_no_reservation() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Byte).Array[1, 4].SampleAsync(
            async mutations =>
            {
                byte[] bytes = ValidSession();
                foreach ((int position, byte value) in mutations)
                    bytes[position % bytes.Length] = value;
                CountingBudget budget = new(4L * YamuxOptions.InitialWindow);
                (YamuxConnection session, RawPeer remote) = Sessions.WithRawPeer(budget);
                Task accepting = AcceptAndReadAsync(session);
                await remote.Channel.WriteAsync(bytes, Sessions.Deadline);
                await remote.Channel.DisposeAsync();
                await session.Completion.WaitAsync(Sessions.Deadline);
                await accepting;
                AssertEndedClean(session, budget);
            },
            iter: 300);

    private static Gen<(YamuxHeader Header, byte[] Payload)[]> FrameSequences
    {
        get
        {
            Gen<YamuxHeader> header = Gen.Select(
                Gen.Frequency((50, Gen.Const((byte)0)), (1, Gen.Const((byte)1))),
                Gen.Frequency((10, Gen.Byte[0, 1]), (2, Gen.Byte[2, 3]), (1, Gen.Byte[0, 5])),
                Gen.Frequency((5, Gen.UShort[0, 15]), (5, Gen.UShort[0, 1]), (1, Gen.UShort)),
                Gen.Frequency((10, Gen.UInt[0, 3].Select(n => (2 * n) + 1)), (1, Gen.UInt[0, 8])),
                Gen.Frequency((10, Gen.UInt[0, 2000]), (1, Gen.UInt)),
                (version, type, flags, id, length) => new YamuxHeader(version, (YamuxFrameType)type, (YamuxFlags)flags, id, length));
            return header.Select(h => (h, new byte[h.Type == YamuxFrameType.Data ? Math.Min(h.Length, 5000) : 0])).Array[1, 60];
        }
    }

    private static void AssertEndedClean(YamuxConnection session, CountingBudget budget)
    {
        Assert.NotNull(session.End);
        Assert.Equal((0L, budget.Begun, 0), (budget.Held, budget.Disposed, budget.DoubleDisposals));
    }

    private static byte[] ValidSession()
    {
        MemoryStream all = new();
        byte[] header = new byte[YamuxHeader.Size];
        void Add(YamuxFrameType type, YamuxFlags flags, uint id, uint length)
        {
            new YamuxHeader(0, type, flags, id, length).Write(header);
            all.Write(header);
            if (type == YamuxFrameType.Data)
                all.Write(new byte[length]);
        }

        for (uint id = 1; id < 12; id += 2)
        {
            Add(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, id, 1000);
            Add(YamuxFrameType.Data, YamuxFlags.None, id, 50);
            Add(YamuxFrameType.Ping, YamuxFlags.Syn, 0, id);
            Add(YamuxFrameType.Data, YamuxFlags.Fin, id, 20);
        }

        Add(YamuxFrameType.GoAway, YamuxFlags.None, 0, 0);
        return all.ToArray();
    }

    private static async Task AcceptAndReadAsync(YamuxConnection session)
    {
        List<Task> handlers = [];
        while (await session.AcceptStreamAsync(Sessions.Deadline) is { } stream)
            handlers.Add(HandleAsync(stream));
        await Task.WhenAll(handlers);

        static async Task HandleAsync(MuxedStream stream)
        {
            try
            {
                await using (stream)
                {
                    byte[] request = await Sessions.ReadToEndAsync(stream, Sessions.Deadline);
                    await stream.WriteAsync(request, Sessions.Deadline);
                    await stream.CloseWriteAsync(Sessions.Deadline);
                }
            }
            catch (IOException)
            {
                // Whatever the bytes said.
            }
        }
    }
}
