namespace Rcmgr.Tool.Commands;

/// <summary>Limits as a table for people, under the numbers that they are derived from.</summary>
internal static class LimitsTable
{
    private static readonly string[] Header =
        ["scope", "streams", "in", "out", "conns", "in", "out", "fd", "memory"];

    private static readonly Dictionary<ScopeKind, string> ClassNames = new()
    {
        [ScopeKind.System] = "system",
        [ScopeKind.Transient] = "transient",
        [ScopeKind.AllowlistedSystem] = "allowlisted system",
        [ScopeKind.AllowlistedTransient] = "allowlisted transient",
        [ScopeKind.Service] = "service",
        [ScopeKind.ServicePeer] = "service, one peer",
        [ScopeKind.Protocol] = "protocol",
        [ScopeKind.ProtocolPeer] = "protocol, one peer",
        [ScopeKind.Peer] = "peer",
        [ScopeKind.Connection] = "connection",
        [ScopeKind.Stream] = "stream",
    };

    public static void Write(TextWriter output, LimitsExplanation explanation)
    {
        WriteHost(output, explanation.Scaled);
        Write(output, explanation.Limits);
    }

    public static void WriteHost(TextWriter output, AutoScaledLimits scaled)
    {
        HostCapacity host = scaled.Capacity;
        output.WriteLine(Invariant(
            $"memory: {host.Memory} bytes ({host.MemorySource}); limits are based on an eighth: {scaled.ScaledMemory}"));
        output.WriteLine(Invariant(
            $"file descriptors: {host.FileDescriptors} ({host.FileDescriptorsSource}); limits are based on half: {scaled.ScaledFileDescriptors}"));
        output.WriteLine();
    }

    public static void Write(TextWriter output, ResourceManagerLimits limits)
    {
        List<string[]> rows = [Header, .. limits.Entries().Select(row => Cells(row.Kind, row.Name, row.Value))];
        int[] widths = [.. Header.Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            output.Write(row[0].PadRight(widths[0]));
            for (int column = 1; column < row.Length; column++)
                output.Write("  " + row[column].PadLeft(widths[column]));
            output.WriteLine();
        }
    }

    private static string[] Cells(ScopeKind kind, string? name, ResourceLimits limits) =>
    [
        name is null ? ClassNames[kind] : $"  {name}",
        .. LimitFields.All.Select(field => LimitChange.Text(limits[field])),
    ];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
