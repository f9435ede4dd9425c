using System.Globalization;

namespace Rcmgr.Tool.Commands;

/// <summary>Limits as a table for people, under the numbers that they are derived from.</summary>
internal static class LimitsTable
{
    private static readonly string[] Header =
        ["scope", "streams", "in", "out", "conns", "in", "out", "fd", "memory"];

    public static void Write(TextWriter output, AutoScaledLimits scaled)
    {
        HostCapacity host = scaled.Capacity;
        output.WriteLine(Invariant(
            $"memory: {host.Memory} bytes ({host.MemorySource}); limits are based on an eighth: {scaled.ScaledMemory}"));
        output.WriteLine(Invariant(
            $"file descriptors: {host.FileDescriptors} ({host.FileDescriptorsSource}); limits are based on half: {scaled.ScaledFileDescriptors}"));
        output.WriteLine();

        List<string[]> rows = [Header, .. Rows(scaled.Limits).Select(row => Cells(row.Scope, row.Limits))];
        int[] widths = [.. Header.Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            output.Write(row[0].PadRight(widths[0]));
            for (int column = 1; column < row.Length; column++)
                output.Write("  " + row[column].PadLeft(widths[column]));
            output.WriteLine();
        }
    }

    private static IEnumerable<(string Scope, ResourceLimits Limits)> Rows(ResourceManagerLimits limits) =>
    [
        ("system", limits.System),
        ("transient", limits.Transient),
        ("allowlisted system", limits.AllowlistedSystem),
        ("allowlisted transient", limits.AllowlistedTransient),
        ("service", limits.ServiceDefault),
        .. Named(limits.Service),
        ("service, one peer", limits.ServicePeerDefault),
        .. Named(limits.ServicePeer),
        ("protocol", limits.ProtocolDefault),
        .. Named(limits.Protocol),
        ("protocol, one peer", limits.ProtocolPeerDefault),
        .. Named(limits.ProtocolPeer),
        ("peer", limits.PeerDefault),
        .. Named(limits.Peer),
        ("connection", limits.Connection),
        ("stream", limits.Stream),
    ];

    private static IEnumerable<(string Scope, ResourceLimits Limits)> Named<TKey>(IReadOnlyDictionary<TKey, ResourceLimits> map) =>
        map.Select(entry => ($"  {entry.Key}", entry.Value)).OrderBy(row => row.Item1, StringComparer.Ordinal);

    private static string[] Cells(string scope, ResourceLimits limits) =>
    [
        scope,
        Cell(limits.Streams), Cell(limits.StreamsInbound), Cell(limits.StreamsOutbound),
        Cell(limits.Connections), Cell(limits.ConnectionsInbound), Cell(limits.ConnectionsOutbound),
        Cell(limits.FileDescriptors), Cell(limits.Memory),
    ];

    private static string Cell(long limit) =>
        limit == ResourceLimits.Unlimited ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
