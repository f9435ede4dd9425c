using System.Globalization;
using System.Text;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Demo;

/// <summary>What the demo shows while it runs: a table for a terminal, or one line of text.</summary>
internal static class DemoTable
{
    private const int MaxPeers = 6;
    private const int MaxProtocols = 3;
    private const int MaxRefusals = 8;
    private const int NameWidth = 26;
    private const int HonestWidth = 21;

    public static IReadOnlyList<string> Rows(DemoRecord record, string phase, TimeSpan elapsed)
    {
        List<string> rows = [Text($"{elapsed.TotalSeconds,5:0.0} s  {phase}"), ""];
        if (record.Latest is not { } report)
            return rows;

        rows.Add(Row("in use / limit", "connections", "streams", "memory", "fd"));
        rows.AddRange(Shown(report).Select(Row));
        int hidden = report.Scopes.Count(scope => scope.Kind == ScopeKind.Peer && !scope.Use.IsZero) - MaxPeers;
        if (hidden > 0)
            rows.Add($"  and {hidden} more peers");

        rows.Add("");
        rows.AddRange(Refusals(report));
        rows.Add("");
        rows.AddRange(record.Honest.Select(peer => $"{peer.Key.Name,-HonestWidth}  {Describe(peer.Value)}"));
        if (record.WithoutQuic is { } reason)
            rows.Add($"without QUIC: {reason}");
        return rows;
    }

    /// <summary>Who refused what, most frequent first.</summary>
    public static IEnumerable<string> Refusals(AdminReport report) =>
        ["refused by", .. Top(report).Select(refusal => $"{refusal.Count,10}  {Describe(refusal)}")];

    public static string Line(DemoRecord record, string phase, TimeSpan elapsed)
    {
        StringBuilder line = new(Text($"{elapsed.TotalSeconds,5:0.0} s  {phase}"));
        if (record.Latest is { } report)
        {
            if (report.Find(ScopeKind.System) is { } system)
                line.Append(Text($" | system conns {Connections(system)} streams {Streams(system)} memory {Memory(system)}"));
            if (report.Find(ScopeKind.Transient) is { } transient)
                line.Append(Text($" | transient conns {Connections(transient)}"));
            line.Append(Text($" | refused {report.Refusals.Sum(refusal => refusal.Count)}"));
            foreach (RefusalCount most in Top(report).Take(1))
                line.Append(Text($", most by {Describe(most)}"));
        }

        HonestReport[] honest = [.. record.Honest.Where(peer => peer.Key.IsJudged).Select(peer => peer.Value)];
        return line.Append(Text(
            $" | honest peers: {honest.Sum(peer => peer.Pings + peer.Echoes)} exchanges, {honest.Sum(peer => peer.Lost)} lost")).ToString();
    }

    private static IEnumerable<AdminScope> Shown(AdminReport report) =>
    [
        .. report.Scopes.Where(scope => scope.Kind is ScopeKind.System or ScopeKind.Transient),
        .. Busiest(report, ScopeKind.Protocol, MaxProtocols),
        .. Busiest(report, ScopeKind.Peer, MaxPeers),
    ];

    private static IEnumerable<AdminScope> Busiest(AdminReport report, ScopeKind kind, int count) => report.Scopes
        .Where(scope => scope.Kind == kind && !scope.Use.IsZero)
        .OrderByDescending(scope => scope.Use.StreamsInbound + scope.Use.ConnectionsInbound)
        .ThenBy(scope => scope.Name, StringComparer.Ordinal)
        .Take(count);

    private static IEnumerable<RefusalCount> Top(AdminReport report) =>
        report.Refusals.OrderByDescending(refusal => refusal.Count).Take(MaxRefusals);

    private static string Describe(RefusalCount refusal)
    {
        string direction = AdminNames.Of(refusal.Direction);
        string resource = AdminNames.Of(refusal.Resource);
        string what = direction.Length == 0 ? resource : $"{direction} {resource}";
        return $"{AdminNames.Of(refusal.Scope)}: {what} ({AdminNames.Of(refusal.Reason)})";
    }

    private static string Row(AdminScope scope) =>
        Row(Shorten(scope.Name), Connections(scope), Streams(scope), Memory(scope), $"{scope.Use.FileDescriptors}/{Limit(scope.Limits.FileDescriptors)}");

    private static string Row(string name, string connections, string streams, string memory, string fileDescriptors) =>
        $"{name,-NameWidth} {connections,11} {streams,10} {memory,15} {fileDescriptors,7}".TrimEnd();

    private static string Describe(HonestReport peer) => peer.ConnectedAfter is null
        ? $"not connected after {peer.Dials} dials"
        : Text($"{peer.Pings} pings (p50 {peer.PingP50.TotalMilliseconds:0.0}, p99 {peer.PingP99.TotalMilliseconds:0.0} ms), {peer.Echoes} echoes, {peer.Lost} lost");

    private static string Connections(AdminScope scope) =>
        $"{scope.Use.ConnectionsInbound + scope.Use.ConnectionsOutbound}/{Limit(scope.Limits.Connections)}";

    private static string Streams(AdminScope scope) =>
        $"{scope.Use.StreamsInbound + scope.Use.StreamsOutbound}/{Limit(scope.Limits.Streams)}";

    private static string Memory(AdminScope scope) => scope.Limits.Memory == ResourceLimits.Unlimited
        ? Text($"{Mebibytes(scope.Use.Memory):0.0}/- MiB")
        : Text($"{Mebibytes(scope.Use.Memory):0.0}/{Mebibytes(scope.Limits.Memory):0} MiB");

    private static double Mebibytes(long bytes) => bytes / (1024.0 * 1024.0);

    private static string Limit(long limit) => limit == ResourceLimits.Unlimited ? "-" : limit.ToString(CultureInfo.InvariantCulture);

    // Peer ids differ at their ends, so the middle goes.
    private static string Shorten(string name) => name.Length <= NameWidth ? name : $"{name[..12]}…{name[^(NameWidth - 13)..]}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
