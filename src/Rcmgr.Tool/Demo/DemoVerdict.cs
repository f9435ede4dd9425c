using System.Globalization;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Demo;

/// <summary>One thing that the demo shows, and whether it did.</summary>
internal sealed record Finding(bool Holds, string Text);

/// <summary>What a run of the demo has shown. It passes when every finding holds.</summary>
internal sealed record DemoVerdict(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Notes)
{
    public bool Passed => Findings.All(finding => finding.Holds);

    public static DemoVerdict Of(DemoRecord record) => new(
        [.. HonestPeers(record), Limits(record), Refusals(record.Refused), Release(record.Latest), Stop(record.InUseAtTheEnd)],
        Remarks(record));

    private static IEnumerable<Finding> HonestPeers(DemoRecord record) => record.Honest.Count == 0
        ? [new(false, "no honest peer took part")]
        : record.Honest.Where(peer => peer.Key.IsJudged).Select(peer => HonestPeer(peer.Key, peer.Value));

    private static Finding HonestPeer(HonestPart part, HonestReport peer)
    {
        if (peer.ConnectedAfter is null)
            return new(false, $"the {part.Name} never got in: {peer.LastError}");

        string text = Text(
            $"the {part.Name} lost {peer.Lost} of {peer.Pings + peer.Echoes + peer.Lost} exchanges ({peer.Pings} pings, {peer.Echoes} echoes answered; ping p50 {peer.PingP50.TotalMilliseconds:0.0} ms, p99 {peer.PingP99.TotalMilliseconds:0.0} ms)");
        return peer.Lost == 0
            ? new(peer.WasServed, text)
            : new(false, $"{text}; the last: {peer.LastError}");
    }

    private static Finding Limits(DemoRecord record)
    {
        if (record.Samples == 0)
            return new(false, "the node's admin endpoint never answered");

        return record.Violations is [string first, ..]
            ? new(false, $"a limit did not hold: {first}")
            : new(true, $"every limit of every scope held in all {record.Samples} samples");
    }

    private static Finding Refusals(long count) => new(count > 0, $"the node refused {count} times");

    private static Finding Release(AdminReport? latest)
    {
        string[] holders = [.. (latest?.Scopes ?? []).Where(scope => !scope.Use.IsZero).Select(scope => scope.Name)];
        return holders.Length == 0
            ? new(latest is not null, "nothing is in use after everybody has gone")
            : new(false, $"still in use after everybody has gone: {string.Join(", ", holders)}");
    }

    private static Finding Stop(ScopeUsage? inUse) => inUse switch
    {
        null => new(false, "the node did not stop by itself when it was asked to"),
        { IsZero: true } => new(true, "the node stopped when it was asked to, with nothing in use"),
        _ => new(false, $"the node stopped with something in use: {inUse}"),
    };

    private static List<string> Remarks(DemoRecord record)
    {
        List<string> remarks = [.. record.Honest.Where(peer => !peer.Key.IsJudged).Select(peer => Remark(peer.Key, peer.Value))];
        if (record.WithoutQuic is { } reason)
            remarks.Add($"QUIC was left out, TCP alone was attacked: {reason}");
        if (record.MissedSamples > 0)
            remarks.Add($"the admin endpoint left {record.MissedSamples} of {record.Samples + record.MissedSamples} questions unanswered");
        if (record.SkippedAttacks.Count > 0)
            remarks.Add($"this machine is too busy, so there was no time for: {string.Join("; ", record.SkippedAttacks)}");
        return remarks;
    }

    private static string Remark(HonestPart part, HonestReport peer) => peer.ConnectedAfter is TimeSpan after
        ? Text($"the {part.Name} was let in after {after.TotalSeconds:0.0} s and {peer.Dials} dials, and lost {peer.Lost} of {peer.Pings + peer.Echoes + peer.Lost} exchanges")
        : $"the {part.Name} was not let in ({peer.Dials} dials): who takes every place keeps newcomers out, not those inside";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
