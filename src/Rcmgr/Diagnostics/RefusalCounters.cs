namespace Rcmgr;

/// <summary>Counts refusals by scope, resource, direction and reason: a fixed table, so that an attacker cannot make it grow.</summary>
internal sealed class RefusalCounters
{
    private const int Kinds = (int)ScopeKind.Span + 1;
    private const int Resources = (int)Resource.FileDescriptors + 1;
    private const int Directions = 3;
    private const int Reasons = (int)RefusalReason.ConnectionRate + 1;

    private readonly long[] _bytes = new long[Kinds];
    private readonly long[] _counts = new long[Kinds * Resources * Directions * Reasons];

    public void Count(in Refusal refusal)
    {
        int direction = refusal.Direction is { } known ? (int)known : Directions - 1;
        int index = (((((int)refusal.ScopeKind * Resources) + (int)refusal.Resource) * Directions) + direction) * Reasons;
        Interlocked.Increment(ref _counts[index + (int)refusal.Reason]);
        if (refusal is { Reason: RefusalReason.Limit, Resource: Resource.Memory })
            Interlocked.Add(ref _bytes[(int)refusal.ScopeKind], refusal.Requested);
    }

    public IReadOnlyList<RefusalCount> Read()
    {
        List<RefusalCount> found = [];
        for (int index = 0; index < _counts.Length; index++)
        {
            long count = Interlocked.Read(ref _counts[index]);
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
}
