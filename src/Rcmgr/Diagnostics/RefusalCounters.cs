using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// Counts refusals by scope, resource, direction and reason: tables of a fixed size, so that an attacker cannot make them grow.
/// Each shard has its own, written under its gate and read without, so that counting costs a refusal nearly nothing.
/// </summary>
/// <param name="shards">How many shards there are.</param>
internal sealed class RefusalCounters(int shards)
{
    private const int Kinds = (int)ScopeKind.Span + 1;
    private const int Resources = (int)Resource.FileDescriptors + 1;
    private const int Directions = 3;
    private const int Reasons = (int)RefusalReason.ConnectionRate + 1;
    private const int Size = Kinds * Resources * Directions * Reasons;

    private readonly long[]?[] _ofShards = new long[]?[shards];
    private readonly long[] _others = new long[Size];
    private readonly long[] _bytes = new long[Kinds];

    /// <summary>
    /// Whether this thread's refusals are not counted: it tries again for an operation that waits, and which is refused only when it gives up.
    /// </summary>
    [ThreadStatic]
    public static bool IsMuted;

    /// <summary>Counts a refusal from wherever it came.</summary>
    public void Count(in Refusal refusal)
    {
        if (!IsMuted)
            CountAlways(refusal);
    }

    /// <summary>Counts what is admitted all the same, so that nobody tries again.</summary>
    public void CountAlways(in Refusal refusal)
    {
        Interlocked.Increment(ref _others[IndexOf(refusal)]);
        if (refusal is { Reason: RefusalReason.Limit, Resource: Resource.Memory })
            Interlocked.Add(ref _bytes[(int)refusal.ScopeKind], refusal.Requested);
    }

    /// <summary>Counts a refusal that was not of memory, under the gate of the shard that refused.</summary>
    public void Count(Shard shard, in Refusal refusal)
    {
        if (IsMuted)
            return;
        long[] counts = _ofShards[shard.Index] ?? AddTable(shard.Index);
        ref long count = ref counts[IndexOf(refusal)];
        Volatile.Write(ref count, count + 1);
    }

    public IReadOnlyList<RefusalCount> Read()
    {
        List<RefusalCount> found = [];
        for (int index = 0; index < Size; index++)
        {
            long count = Interlocked.Read(ref _others[index]);
            for (int shard = 0; shard < _ofShards.Length; shard++)
                count += Volatile.Read(ref _ofShards[shard]) is { } counts ? Volatile.Read(ref counts[index]) : 0;
            if (count == 0)
                continue;
            int direction = index / Reasons % Directions;
            found.Add(new RefusalCount(
                (ScopeKind)(index / (Reasons * Directions * Resources)),
                (Resource)(index / (Reasons * Directions) % Resources),
                direction == Directions - 1 ? null : (Direction)direction,
                (RefusalReason)(index % Reasons),
                count));
        }

        return found;
    }

    /// <summary>The bytes of memory that each class of scopes refused; only what is not zero. Wraps after 2^63.</summary>
    public IReadOnlyList<(ScopeKind Scope, long Bytes)> ReadBytes() =>
        [.. _bytes.Select((_, kind) => ((ScopeKind)kind, Interlocked.Read(ref _bytes[kind]))).Where(refused => refused.Item2 != 0)];

    private static int IndexOf(in Refusal refusal)
    {
        int direction = refusal.Direction is { } known ? (int)known : Directions - 1;
        return ((((((int)refusal.ScopeKind * Resources) + (int)refusal.Resource) * Directions) + direction) * Reasons) + (int)refusal.Reason;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long[] AddTable(int shard)
    {
        long[] counts = new long[Size];
        Volatile.Write(ref _ofShards[shard], counts);
        return counts;
    }
}
