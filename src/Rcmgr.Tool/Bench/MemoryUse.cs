using System.Globalization;

namespace Rcmgr.Tool.Bench;

/// <summary>The memory of one end of idle connections, as it is and as its manager accounts for it.</summary>
/// <param name="Resident">The bytes that the process keeps in physical memory.</param>
/// <param name="Managed">The bytes of these that are managed objects.</param>
/// <param name="Accounted">The bytes that the system scope holds.</param>
/// <param name="Connections">The connections that the system scope counts, those whose handshake runs left out.</param>
internal readonly record struct MemoryUse(long Resident, long Managed, long Accounted, long Connections)
{
    public static MemoryUse Measure(ResourceManager manager)
    {
        long resident = ResidentMemory.Measure();
        return new MemoryUse(resident, GC.GetTotalMemory(forceFullCollection: false), manager.System.Usage.Memory, Settled(manager));
    }

    public static MemoryUse operator -(MemoryUse left, MemoryUse right) => new(
        left.Resident - right.Resident, left.Managed - right.Managed, left.Accounted - right.Accounted, left.Connections - right.Connections);

    public static MemoryUse Parse(string line)
    {
        long[] numbers = [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        return new MemoryUse(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    public override string ToString() => FormattableString.Invariant($"{Resident} {Managed} {Accounted} {Connections}");

    private static long Settled(ResourceManager manager)
    {
        ScopeUsage all = manager.System.Usage;
        ScopeUsage unsettled = manager.Transient.Usage;
        return all.ConnectionsInbound + all.ConnectionsOutbound - unsettled.ConnectionsInbound - unsettled.ConnectionsOutbound;
    }
}
