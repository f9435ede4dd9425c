using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// The checks of specification §2.1, in its order. Nothing here changes state. Comparisons are written so that no sum is
/// formed that could wrap: <c>amount &gt; limit - current</c>, in 64 bits.
/// </summary>
internal static class LimitCheck
{
    /// <summary>The most that may be in use after a reservation of this priority: floor((1 + priority) * limit / 256); -1, which admits nothing, for a negative limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long MemoryThreshold(long limit, byte priority) =>
        limit < 0 ? -1
        : priority == MemoryPriority.Always || limit == ResourceLimits.Unlimited ? limit
        : ((limit >> 8) * (1 + priority)) + (((limit & 255) * (1 + priority)) >> 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllowsMemory(ResourceLimits limits, long current, long size, byte priority) =>
        // An unlimited scope still cannot count beyond 2^63 - 1: its counter must never wrap.
        size <= MemoryThreshold(limits.Memory, priority) - current;

    public static bool Allows(ResourceLimits limits, in UsageVector current, in UsageVector delta, ChargeParts parts, out Violation violation)
    {
        violation = default;
        bool refusesMemory = (parts & ChargeParts.Memory) != 0
            && !AllowsMemory(limits, current.Memory, delta.Memory, MemoryPriority.Always);
        if (refusesMemory && limits.Memory != ResourceLimits.Unlimited)
        {
            violation = MemoryViolation(limits, current.Memory, delta.Memory, MemoryPriority.Always);
            return false;
        }

        if ((parts & ChargeParts.Streams) != 0 && !AllowsStreams(limits, current, delta))
        {
            violation = StreamViolation(limits, current, delta);
            return false;
        }

        if ((parts & ChargeParts.Connections) != 0 && !AllowsConnections(limits, current, delta))
        {
            violation = ConnectionViolation(limits, current, delta);
            return false;
        }

        // A limit that somebody set is named before a counter that would wrap.
        if (refusesMemory)
            violation = MemoryViolation(limits, current.Memory, delta.Memory, MemoryPriority.Always);
        return !refusesMemory;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Violation MemoryViolation(ResourceLimits limits, long current, long size, byte priority) =>
        new() { Resource = Resource.Memory, Requested = size, Current = current, Limit = limits.Memory, Priority = priority };

    /// <summary>Whether one more connection is allowed: what <see cref="Allows"/> says of a connection alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllowsConnection(
        ResourceLimits limits, int inbound, int outbound, int descriptors, Direction direction, bool usesFileDescriptor) =>
        (direction == Direction.Inbound
            ? AllowsCount(limits.ConnectionsInbound, inbound, 1)
            : AllowsCount(limits.ConnectionsOutbound, outbound, 1))
        && (long)inbound + outbound + 1 <= limits.Connections
        && (!usesFileDescriptor || AllowsCount(limits.FileDescriptors, descriptors, 1));

    /// <summary>Whether one more stream is allowed: what <see cref="Allows"/> says of a stream alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllowsStream(ResourceLimits limits, int inbound, int outbound, Direction direction) =>
        (direction == Direction.Inbound
            ? AllowsCount(limits.StreamsInbound, inbound, 1)
            : AllowsCount(limits.StreamsOutbound, outbound, 1))
        && (long)inbound + outbound + 1 <= limits.Streams;

    private static bool AllowsStreams(ResourceLimits limits, in UsageVector current, in UsageVector delta) =>
        AllowsCount(limits.StreamsInbound, current.StreamsInbound, delta.StreamsInbound)
        && AllowsCount(limits.StreamsOutbound, current.StreamsOutbound, delta.StreamsOutbound)
        && AllowsTotal(limits.Streams, current.StreamsInbound, current.StreamsOutbound, delta.StreamsInbound, delta.StreamsOutbound);

    private static bool AllowsConnections(ResourceLimits limits, in UsageVector current, in UsageVector delta) =>
        AllowsCount(limits.ConnectionsInbound, current.ConnectionsInbound, delta.ConnectionsInbound)
        && AllowsCount(limits.ConnectionsOutbound, current.ConnectionsOutbound, delta.ConnectionsOutbound)
        && AllowsTotal(
            limits.Connections, current.ConnectionsInbound, current.ConnectionsOutbound, delta.ConnectionsInbound, delta.ConnectionsOutbound)
        && AllowsCount(limits.FileDescriptors, current.FileDescriptors, delta.FileDescriptors);

    /// <summary>A counter is checked only when something is added to it; it also never leaves 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AllowsCount(long limit, long current, long amount) =>
        amount == 0 || (current + amount <= limit && current + amount <= int.MaxValue);

    /// <summary>The total is checked always: after a limit was lowered below the use, an amount of zero is refused too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AllowsTotal(long limit, long inbound, long outbound, long amountInbound, long amountOutbound) =>
        inbound + outbound + amountInbound + amountOutbound <= limit;

    /// <summary>What <see cref="Allows"/> says of a stream that is not allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Violation StreamViolation(ResourceLimits limits, int inbound, int outbound, Direction direction)
    {
        (int current, long limit) = direction == Direction.Inbound ? (inbound, limits.StreamsInbound) : (outbound, limits.StreamsOutbound);
        bool isTotal = AllowsCount(limit, current, 1);
        return Count(
            Resource.Streams, isTotal ? null : direction, isTotal ? (long)inbound + outbound : current, 1, isTotal ? limits.Streams : limit);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Violation StreamViolation(ResourceLimits limits, in UsageVector current, in UsageVector delta)
    {
        if (!AllowsCount(limits.StreamsInbound, current.StreamsInbound, delta.StreamsInbound))
            return Count(Resource.Streams, Direction.Inbound, current.StreamsInbound, delta.StreamsInbound, limits.StreamsInbound);
        if (!AllowsCount(limits.StreamsOutbound, current.StreamsOutbound, delta.StreamsOutbound))
            return Count(Resource.Streams, Direction.Outbound, current.StreamsOutbound, delta.StreamsOutbound, limits.StreamsOutbound);
        return Count(
            Resource.Streams, null, (long)current.StreamsInbound + current.StreamsOutbound, (long)delta.StreamsInbound + delta.StreamsOutbound, limits.Streams);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Violation ConnectionViolation(ResourceLimits limits, in UsageVector current, in UsageVector delta)
    {
        if (!AllowsCount(limits.ConnectionsInbound, current.ConnectionsInbound, delta.ConnectionsInbound))
            return Count(Resource.Connections, Direction.Inbound, current.ConnectionsInbound, delta.ConnectionsInbound, limits.ConnectionsInbound);
        if (!AllowsCount(limits.ConnectionsOutbound, current.ConnectionsOutbound, delta.ConnectionsOutbound))
            return Count(Resource.Connections, Direction.Outbound, current.ConnectionsOutbound, delta.ConnectionsOutbound, limits.ConnectionsOutbound);
        if (!AllowsTotal(limits.Connections, current.ConnectionsInbound, current.ConnectionsOutbound, delta.ConnectionsInbound, delta.ConnectionsOutbound))
        {
            return Count(
                Resource.Connections,
                null,
                (long)current.ConnectionsInbound + current.ConnectionsOutbound,
                (long)delta.ConnectionsInbound + delta.ConnectionsOutbound,
                limits.Connections);
        }

        return Count(Resource.FileDescriptors, null, current.FileDescriptors, delta.FileDescriptors, limits.FileDescriptors);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Violation Count(Resource resource, Direction? direction, long current, long requested, long limit) =>
        new() { Resource = resource, Direction = direction, Current = current, Requested = requested, Limit = limit };
}
