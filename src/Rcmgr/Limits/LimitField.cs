using System.Collections.Immutable;

namespace Rcmgr;

/// <summary>The eight limits of a scope under the names, and in the order, of the JSON form (specification §4.3).</summary>
internal enum LimitField : byte
{
    Streams,
    StreamsInbound,
    StreamsOutbound,
    Conns,
    ConnsInbound,
    ConnsOutbound,
    FD,
    Memory,
}

/// <summary>The one table of what limits there are; the reader, the writer, plans and explanations go by it.</summary>
internal static class LimitFields
{
    private static readonly string[] Names =
        ["Streams", "StreamsInbound", "StreamsOutbound", "Conns", "ConnsInbound", "ConnsOutbound", "FD", "Memory"];

    public static ImmutableArray<LimitField> All { get; } = [.. Enumerable.Range(0, Names.Length).Select(field => (LimitField)field)];

    public static string Name(this LimitField field) => Names[(int)field];

    public static LimitField? Find(string name)
    {
        int index = Array.FindIndex(Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : (LimitField)index;
    }

    public static Resource Resource(this LimitField field) => field switch
    {
        LimitField.Streams or LimitField.StreamsInbound or LimitField.StreamsOutbound => Rcmgr.Resource.Streams,
        LimitField.FD => Rcmgr.Resource.FileDescriptors,
        LimitField.Memory => Rcmgr.Resource.Memory,
        _ => Rcmgr.Resource.Connections,
    };

    public static Direction? Direction(this LimitField field) => field switch
    {
        LimitField.StreamsInbound or LimitField.ConnsInbound => Rcmgr.Direction.Inbound,
        LimitField.StreamsOutbound or LimitField.ConnsOutbound => Rcmgr.Direction.Outbound,
        _ => null,
    };

    /// <summary>The limit on both directions together, for a limit on one of them.</summary>
    public static LimitField? Total(this LimitField field) => field switch
    {
        LimitField.StreamsInbound or LimitField.StreamsOutbound => LimitField.Streams,
        LimitField.ConnsInbound or LimitField.ConnsOutbound => LimitField.Conns,
        _ => null,
    };

    /// <summary>How much of what this field limits is in use.</summary>
    public static long Of(this LimitField field, in ScopeUsage usage) => field switch
    {
        LimitField.Streams => usage.StreamsInbound + usage.StreamsOutbound,
        LimitField.StreamsInbound => usage.StreamsInbound,
        LimitField.StreamsOutbound => usage.StreamsOutbound,
        LimitField.Conns => usage.ConnectionsInbound + usage.ConnectionsOutbound,
        LimitField.ConnsInbound => usage.ConnectionsInbound,
        LimitField.ConnsOutbound => usage.ConnectionsOutbound,
        LimitField.FD => usage.FileDescriptors,
        _ => usage.Memory,
    };
}
