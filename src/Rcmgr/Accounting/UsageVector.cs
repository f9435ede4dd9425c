namespace Rcmgr;

/// <summary>A usage vector: what a scope holds, or what one operation adds to it (specification §2.1).</summary>
internal struct UsageVector
{
    public long Memory;
    public int StreamsInbound;
    public int StreamsOutbound;
    public int ConnectionsInbound;
    public int ConnectionsOutbound;
    public int FileDescriptors;

    public readonly bool IsZero =>
        (Memory | (long)(uint)StreamsInbound | (uint)StreamsOutbound | (uint)ConnectionsInbound | (uint)ConnectionsOutbound
            | (uint)FileDescriptors) == 0;

    public static UsageVector OfStream(Direction direction) =>
        direction == Direction.Inbound
            ? new() { StreamsInbound = 1 }
            : new() { StreamsOutbound = 1 };

    public static UsageVector OfConnection(Direction direction, bool usesFileDescriptor) =>
        new()
        {
            ConnectionsInbound = direction == Direction.Inbound ? 1 : 0,
            ConnectionsOutbound = direction == Direction.Inbound ? 0 : 1,
            FileDescriptors = usesFileDescriptor ? 1 : 0,
        };

    public void Add(in UsageVector delta)
    {
        Memory += delta.Memory;
        StreamsInbound += delta.StreamsInbound;
        StreamsOutbound += delta.StreamsOutbound;
        ConnectionsInbound += delta.ConnectionsInbound;
        ConnectionsOutbound += delta.ConnectionsOutbound;
        FileDescriptors += delta.FileDescriptors;
    }

    public readonly bool Contains(in UsageVector other) =>
        other.Memory <= Memory
        && other.StreamsInbound <= StreamsInbound
        && other.StreamsOutbound <= StreamsOutbound
        && other.ConnectionsInbound <= ConnectionsInbound
        && other.ConnectionsOutbound <= ConnectionsOutbound
        && other.FileDescriptors <= FileDescriptors;

    public readonly UsageVector AtMost(in UsageVector most) => new()
    {
        Memory = Math.Min(Memory, most.Memory),
        StreamsInbound = Math.Min(StreamsInbound, most.StreamsInbound),
        StreamsOutbound = Math.Min(StreamsOutbound, most.StreamsOutbound),
        ConnectionsInbound = Math.Min(ConnectionsInbound, most.ConnectionsInbound),
        ConnectionsOutbound = Math.Min(ConnectionsOutbound, most.ConnectionsOutbound),
        FileDescriptors = Math.Min(FileDescriptors, most.FileDescriptors),
    };

    /// <summary>Takes <paramref name="delta"/> away, never below zero. False when some part was not there to be taken.</summary>
    public bool Remove(in UsageVector delta)
    {
        bool whole = Take(ref StreamsInbound, delta.StreamsInbound);
        whole &= Take(ref StreamsOutbound, delta.StreamsOutbound);
        whole &= Take(ref ConnectionsInbound, delta.ConnectionsInbound);
        whole &= Take(ref ConnectionsOutbound, delta.ConnectionsOutbound);
        whole &= Take(ref FileDescriptors, delta.FileDescriptors);
        return whole & RemoveMemory(delta.Memory);
    }

    /// <summary>Takes <paramref name="size"/> bytes away, never below zero. False when they were not all there.</summary>
    public bool RemoveMemory(long size)
    {
        bool whole = size <= Memory;
        Memory -= whole ? size : Memory;
        return whole;
    }

    public readonly ScopeUsage ToUsage() =>
        new(StreamsInbound, StreamsOutbound, ConnectionsInbound, ConnectionsOutbound, FileDescriptors, Memory);

    private static bool Take(ref int counter, int amount)
    {
        bool whole = amount <= counter;
        counter -= whole ? amount : counter;
        return whole;
    }
}
