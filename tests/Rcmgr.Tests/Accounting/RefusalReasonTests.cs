using System.Diagnostics;
using Rcmgr.Tool.Soak;

namespace Rcmgr.Tests.Accounting;

/// <summary>
/// Threads that go up to the limits of the system scope and far below again, on peers of different shards: nothing is granted
/// beyond a limit, and nothing is refused that there was room for. The second is what faults in collecting parked credit break:
/// the exploration plants such faults and finds them.
/// </summary>
public sealed class RefusalReasonTests
{
    private const int Threads = 4;
    private const int StreamLimit = 512;
    private const int MemoryLimit = 4_000_000;

    // All threads together never ask for more streams than there are: no refusal of one has a reason. Memory does run out.
    private const int MostStreams = StreamLimit / Threads;
    private const int Piece = 4_000;
    private const int Phases = 4;
    private const int StepsPerPhase = 2_500;

    private static readonly ResourceManagerLimits Limits = ResourceManagerLimits.Infinite with
    {
        System = ResourceLimits.AllowAll with { Streams = 2 * StreamLimit, StreamsInbound = StreamLimit, Memory = MemoryLimit },
    };

    /// <summary>How long a sound way to count is watched: RCMGR_STRESS_SECONDS, or a second.</summary>
    private static TimeSpan StressTime =>
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("RCMGR_STRESS_SECONDS"), out int seconds) ? seconds : 1);

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public void Every_refusal_has_a_reason_and_no_limit_is_exceeded(Counting counting)
    {
        long deadline = Stopwatch.GetTimestamp() + (long)(StressTime.TotalSeconds * Stopwatch.Frequency);
        do
        {
            ResourceManager manager = counting.Create(Limits);
            Assert.Null(Watch(manager, Environment.TickCount));
            manager.AssertEmpty();
            AssertFillsExactly(manager);
        }
        while (Stopwatch.GetTimestamp() < deadline);
    }

    private static string? Watch(ResourceManager manager, int seed)
    {
        Ceiling streams = new(StreamLimit, Threads);
        Ceiling memory = new(MemoryLimit, Threads);
        string? found = null;
        Exception? failure = null;
        using Barrier together = new(Threads);

        void Work(int thread)
        {
            try
            {
                Walker walker = new(manager, streams, memory, thread, new Random(seed + thread));
                for (int phase = 0; phase < Phases; phase++)
                {
                    together.SignalAndWait();
                    for (int i = 0; i < StepsPerPhase && found is null; i++)
                    {
                        if (walker.Step(goesUp: (phase & 1) == 0) is { } fault)
                            found = $"seed {seed}: {fault}";
                    }
                }

                walker.CloseAll();
            }
            catch (Exception e)
            {
                failure = e;
                together.RemoveParticipant();
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => Work(thread)))];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        Assert.Null(failure);
        return found;
    }

    private static void AssertFillsExactly(ResourceManager manager)
    {
        int opened = 0;
        while (manager.TryOpenStream(new PeerKey($"filler-{opened % 16}"), Direction.Inbound, out _, out _))
            opened++;
        Assert.Equal(StreamLimit, opened);
        Assert.True(manager.Transient.TryReserveMemory(MemoryLimit, MemoryPriority.Always, out _));
        Assert.False(manager.Transient.TryReserveMemory(1, MemoryPriority.Always, out _));
    }

    /// <summary>One thread's streams, and pieces of memory on them.</summary>
    private sealed class Walker(ResourceManager manager, Ceiling streams, Ceiling memory, int thread, Random random)
    {
        private readonly PeerKey[] _peers = [.. Enumerable.Range(0, 6).Select(index => new PeerKey($"peer-{thread}-{index}"))];
        private readonly List<(StreamScope Stream, int Pieces)> _held = [];

        public string? Step(bool goesUp)
        {
            bool opens = random.Next(100) < (goesUp ? 70 : 30);
            bool isMemory = random.Next(2) == 0;
            if (opens)
                return isMemory && _held.Count > 0 ? Reserve() : Open();
            if (_held.Count == 0)
                return null;
            int index = random.Next(_held.Count);
            if (isMemory && _held[index].Pieces > 0)
                Release(index);
            else
                Close(index);
            return null;
        }

        public void CloseAll()
        {
            while (_held.Count > 0)
                Close(_held.Count - 1);
        }

        private string? Open()
        {
            if (_held.Count == MostStreams)
                return null;
            streams.Attempt(thread, 1);
            if (!manager.TryOpenStream(_peers[random.Next(_peers.Length)], Direction.Inbound, out StreamScope? stream, out Refusal refusal))
                return streams.Refused(thread, 1) ? null : $"without a reason: {refusal}";
            _held.Add((stream, 0));
            return streams.Granted(1) ? null : "more streams than the limit";
        }

        private string? Reserve()
        {
            int index = random.Next(_held.Count);
            memory.Attempt(thread, Piece);
            if (!_held[index].Stream.TryReserveMemory(Piece, MemoryPriority.Always, out Refusal refusal))
                return memory.Refused(thread, Piece) ? null : $"without a reason: {refusal}";
            _held[index] = (_held[index].Stream, _held[index].Pieces + 1);
            return memory.Granted(Piece) ? null : "more memory than the limit";
        }

        private void Release(int index)
        {
            (StreamScope stream, int pieces) = _held[index];
            memory.Releasing(Piece);
            stream.ReleaseMemory(Piece);
            memory.Released(Piece);
            _held[index] = (stream, pieces - 1);
        }

        private void Close(int index)
        {
            (StreamScope stream, int pieces) = _held[index];
            _held.RemoveAt(index);
            streams.Releasing(1);
            memory.Releasing(pieces * (long)Piece);
            stream.Dispose();
            streams.Released(1);
            memory.Released(pieces * (long)Piece);
        }
    }
}
