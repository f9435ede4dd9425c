using System.Numerics;

namespace Rcmgr;

/// <summary>
/// Counts refusals by scope, resource, direction and reason: a fixed table, so that an attacker cannot make it grow. Several of
/// them, chosen by the thread, so that threads that refuse at once do not write to the same one.
/// </summary>
internal sealed class RefusalCounters
{
    private const int Kinds = (int)ScopeKind.Span + 1;
    private const int Resources = (int)Resource.FileDescriptors + 1;
    private const int Directions = 3;
    private const int Reasons = (int)RefusalReason.WrongState + 1;
    private const int MostTables = 64;

    private readonly long[]?[] _tables =
        new long[]?[BitOperations.RoundUpToPowerOf2((uint)Math.Min(2 * Environment.ProcessorCount, MostTables))];

    public void Count(in Refusal refusal)
    {
        int direction = refusal.Direction is { } known ? (int)known : Directions - 1;
        int index = (((((int)refusal.ScopeKind * Resources) + (int)refusal.Resource) * Directions) + direction) * Reasons;
        Interlocked.Increment(ref Table(Environment.CurrentManagedThreadId & (_tables.Length - 1))[index + (int)refusal.Reason]);
    }

    public IReadOnlyList<RefusalCount> Read()
    {
        List<RefusalCount> found = [];
        for (int index = 0; index < Kinds * Resources * Directions * Reasons; index++)
        {
            long count = 0;
            foreach (long[]? table in _tables)
                count += table is null ? 0 : Interlocked.Read(ref table[index]);
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

    private long[] Table(int index) =>
        Volatile.Read(ref _tables[index]) ?? Interlocked.CompareExchange(ref _tables[index], new long[Kinds * Resources * Directions * Reasons], null) ?? _tables[index]!;
}
