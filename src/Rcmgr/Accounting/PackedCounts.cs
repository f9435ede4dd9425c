namespace Rcmgr;

/// <summary>
/// Small amounts of the five countable resources in one word: 11 bits each with a guard bit above. A field that falls below
/// zero or grows beyond its room sets its guard, so one sum and one test ask all five at once.
/// </summary>
internal static class PackedCounts
{
    /// <summary>The most that a field can hold.</summary>
    public const int Most = 0x7FF;

    /// <summary>The guard bits of all fields.</summary>
    public const ulong Guards = (StreamInbound | StreamOutbound | ConnectionInbound | ConnectionOutbound | FileDescriptor) << 11;

    private const ulong StreamInbound = 1;
    private const ulong StreamOutbound = 1UL << 12;
    private const ulong ConnectionInbound = 1UL << 24;
    private const ulong ConnectionOutbound = 1UL << 36;
    private const ulong FileDescriptor = 1UL << 48;

    /// <summary>All fields at their most: with it added, every amount sets a guard.</summary>
    public const ulong Full = (StreamInbound | StreamOutbound | ConnectionInbound | ConnectionOutbound | FileDescriptor) * Most;

    public static ulong OfStream(Direction direction) => direction == Direction.Inbound ? StreamInbound : StreamOutbound;

    public static ulong OfConnection(Direction direction, bool usesFileDescriptor) =>
        (direction == Direction.Inbound ? ConnectionInbound : ConnectionOutbound) | (usesFileDescriptor ? FileDescriptor : 0);

    /// <summary>The whole fields in which a unit, an amount of at most 1 in every field, is not zero.</summary>
    public static ulong Fields(ulong unit) => unit * Most;

    public static ulong Pack(in UsageVector counts) =>
        (ulong)counts.StreamsInbound * StreamInbound
        | (ulong)counts.StreamsOutbound * StreamOutbound
        | (ulong)counts.ConnectionsInbound * ConnectionInbound
        | (ulong)counts.ConnectionsOutbound * ConnectionOutbound
        | (ulong)counts.FileDescriptors * FileDescriptor;

    public static UsageVector Unpack(ulong counts, long memory = 0) => new()
    {
        Memory = memory,
        StreamsInbound = (int)(counts / StreamInbound & Most),
        StreamsOutbound = (int)(counts / StreamOutbound & Most),
        ConnectionsInbound = (int)(counts / ConnectionInbound & Most),
        ConnectionsOutbound = (int)(counts / ConnectionOutbound & Most),
        FileDescriptors = (int)(counts / FileDescriptor & Most),
    };
}
