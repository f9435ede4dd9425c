namespace Rcmgr.Tool.Bench.Manager;

/// <summary>An operation that is measured again and again, by a number of threads at once; the least time counts.</summary>
/// <param name="name">The operation.</param>
/// <param name="mode"><c>relaxed</c> or <c>strict</c>.</param>
/// <param name="operations">What each thread does, so many times.</param>
/// <param name="count">How many times.</param>
/// <param name="allocations">Objects for each operation.</param>
/// <param name="allocatedBytes">Bytes for each operation.</param>
internal sealed class ManagerMeasurement(
    string name, string mode, IReadOnlyList<Action<int>> operations, int count, double allocations, double allocatedBytes)
{
    /// <summary>Wall time divided by all operations of all threads, so far.</summary>
    public double Nanoseconds { get; private set; } = double.MaxValue;

    public void Repeat() => Nanoseconds = Math.Min(Nanoseconds, FixedWork.Measure(operations, count));

    public ManagerBenchRow ToRow() => new(name, operations.Count, mode, Nanoseconds, allocations, allocatedBytes);
}
