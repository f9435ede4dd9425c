using System.Buffers;

namespace Rcmgr.Tool.Soak;

/// <summary>
/// Inbound streams of one thread and memory on them, up to the limits of the system scope and far below again. Every grant is counted
/// outside the manager, and so is the reason of a refusal.
/// </summary>
internal sealed class OwnStreams(ResourceManager manager, SoakOracle oracle, SoakState state, int thread, Random random)
{
    private const int Most = 128;
    private const int PhaseLength = 4096;
    private const int Piece = 2048;

    private readonly PeerKey[] _peers = SoakPeers.Of(thread);
    private readonly List<(StreamScope Stream, long Memory)> _held = [];
    private long _steps;

    private bool GoesUp => (_steps / PhaseLength & 1) == 0;

    /// <returns>How many operations that were.</returns>
    public int Step()
    {
        _steps++;
        bool opens = random.Next(100) < (GoesUp ? 70 : 30);
        if (_held.Count == 0)
            return opens ? Open() : 0;
        int index = random.Next(_held.Count);
        return random.Next(8) switch
        {
            < 3 => opens ? Open() : Close(index),
            < 6 => opens ? Reserve(index) : Release(index),
            6 => UseSpan(_held[index].Stream),
            _ => UseBuffer(_held[index].Stream),
        };
    }

    public void CloseAll()
    {
        while (_held.Count > 0)
            Close(_held.Count - 1);
    }

    private int Open()
    {
        if (_held.Count == Most)
            return 0;
        PeerKey peer = random.Next(8) == 0 ? SoakPeers.Passing[random.Next(SoakPeers.Passing.Length)] : _peers[random.Next(_peers.Length)];
        oracle.StreamsInbound.Attempt(thread, 1);
        if (!manager.TryOpenStream(peer, Direction.Inbound, out StreamScope? stream, out Refusal refusal))
        {
            bool isOurs = refusal is { ScopeKind: ScopeKind.System, Resource: Resource.Streams, Direction: Direction.Inbound };
            if (!oracle.StreamsInbound.Refused(thread, 1) && isOurs)
                state.Report($"refused without a reason: {refusal}");
            return 1;
        }

        if (!oracle.StreamsInbound.Granted(1))
            state.Report("more inbound streams were admitted than the system scope allows");
        _held.Add((stream, 0));
        return 1 + Name(stream);
    }

    private int Name(StreamScope stream)
    {
        if (random.Next(4) == 0 || !stream.TrySetProtocol(Group(), out _))
            return 1;
        if (random.Next(2) == 0)
            stream.TrySetService(Group(), out _);
        return 2;
    }

    private string Group() => SoakLimits.Groups[random.Next(SoakLimits.Groups.Length)];

    private int Close(int index)
    {
        (StreamScope stream, long memory) = _held[index];
        _held[index] = _held[^1];
        _held.RemoveAt(_held.Count - 1);
        oracle.StreamsInbound.Releasing(1);
        oracle.Memory.Releasing(memory);
        stream.Dispose();
        oracle.StreamsInbound.Released(1);
        return 1;
    }

    private int Reserve(int index)
    {
        (StreamScope stream, long memory) = _held[index];
        long size = random.Next(1, 5) * Piece;
        if (!stream.TryReserveMemory(size, AnyPriority(), out _))
            return 1;
        if (!oracle.Memory.Granted(size))
            state.Report("more memory was admitted than the system scope allows");
        _held[index] = (stream, memory + size);
        return 1;
    }

    private byte AnyPriority() => random.Next(6) switch
    {
        0 => MemoryPriority.Low,
        1 => MemoryPriority.Medium,
        2 => MemoryPriority.High,
        3 => (byte)random.Next(256),
        _ => MemoryPriority.Always,
    };

    private int Release(int index)
    {
        (StreamScope stream, long memory) = _held[index];
        if (memory == 0)
            return 0;
        long size = Math.Min(memory, Piece);
        oracle.Memory.Releasing(size);
        if (!stream.ReleaseMemory(size))
            state.Report($"{stream} did not hold the memory that was reserved on it");
        _held[index] = (stream, memory - size);
        return 1;
    }

    private int UseSpan(StreamScope stream)
    {
        if (!stream.TryBeginSpan(out SpanScope? span, out _))
            return 1;
        bool isReserved = span.TryReserveMemory(Piece, AnyPriority(), out _);
        if (isReserved && random.Next(2) == 0)
            span.ReleaseMemory(Piece / 2);
        span.Dispose();
        return 3;
    }

    private int UseBuffer(StreamScope stream)
    {
        if (!stream.TryRentMemory(random.Next(1, 2 * Piece), AnyPriority(), out IMemoryOwner<byte>? buffer, out _))
            return 1;
        buffer.Dispose();
        return 2;
    }
}
