using Rcmgr.Tool.Admin;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Demo;

public sealed class DemoVerdictTests
{
    private static readonly HonestReport Happy =
        new(1, TimeSpan.FromSeconds(0.1), 10, 10, 0, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), "");

    private static readonly RefusalCount Refused = new(ScopeKind.System, Resource.Connections, Direction.Inbound, RefusalReason.Limit, 5);

    private static AdminReport Report(ScopeUsage use) =>
        new([new AdminScope(ScopeKind.System, "system", use, ResourceLimits.AllowAll with { Streams = 3, StreamsInbound = 2 })], [Refused], default);

    private static DemoRecord Record(params AdminReport[] samples)
    {
        DemoRecord record = new() { InUseAtTheEnd = default(ScopeUsage) };
        record.Report(HonestPart.Veteran, Happy);
        foreach (AdminReport sample in samples)
            record.AddSample(sample);
        return record;
    }

    [Fact]
    public void It_passes_when_nothing_was_lost_limits_held_and_everything_was_given_back()
    {
        DemoVerdict verdict = DemoVerdict.Of(Record(Report(new ScopeUsage(2, 1, 0, 0, 0, 0)), Report(default)));

        Assert.True(verdict.Passed);
        Assert.Contains(verdict.Findings, finding => finding.Text.Contains("2 samples", StringComparison.Ordinal));
    }

    [Fact]
    public void Peers_of_both_transports_and_the_newcomer_amid_unproven_handshakes_are_judged()
    {
        DemoRecord record = Record(Report(default));
        record.Report(HonestPart.QuicVeteran, Happy);
        record.Report(HonestPart.QuicNewcomer, Happy);

        string[] findings = [.. DemoVerdict.Of(record).Findings.Take(3).Select(finding => finding.Text)];

        Assert.StartsWith("the honest peer over TCP lost 0 of 20", findings[0], StringComparison.Ordinal);
        Assert.StartsWith("the honest peer over QUIC lost 0 of 20", findings[1], StringComparison.Ordinal);
        Assert.StartsWith("the newcomer over QUIC lost 0 of 20", findings[2], StringComparison.Ordinal);
    }

    public static TheoryData<string> Judged => [.. HonestPart.All.Where(part => part.IsJudged).Select(part => part.Name)];

    [Theory]
    [MemberData(nameof(Judged))]
    public void A_lost_exchange_fails_it_and_is_explained(string name)
    {
        DemoRecord record = Record(Report(default));
        record.Report(HonestPart.All.Single(part => part.Name == name), Happy with { Lost = 1, LastError = "reset" });

        Finding finding = Assert.Single(DemoVerdict.Of(record).Findings, finding => !finding.Holds);

        Assert.Contains($"the {name} lost 1 of 21", finding.Text, StringComparison.Ordinal);
        Assert.Contains("reset", finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Judged))]
    public void An_honest_peer_that_never_got_in_or_did_nothing_fails_it(string name)
    {
        DemoRecord record = Record(Report(default));
        HonestPart part = HonestPart.All.Single(part => part.Name == name);
        record.Report(part, HonestReport.Nothing);
        Assert.False(DemoVerdict.Of(record).Passed);

        record.Report(part, Happy with { Echoes = 0 });
        Assert.False(DemoVerdict.Of(record).Passed);
    }

    [Fact]
    public void Without_an_honest_peer_nothing_was_shown()
    {
        DemoRecord record = new() { InUseAtTheEnd = default(ScopeUsage) };
        record.AddSample(Report(default));

        Assert.Equal("no honest peer took part", Assert.Single(DemoVerdict.Of(record).Findings, finding => !finding.Holds).Text);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(2, 2)]
    [InlineData(-1, 0)]
    public void One_sample_above_a_limit_or_below_zero_fails_it(long inbound, long outbound)
    {
        DemoVerdict verdict = DemoVerdict.Of(Record(Report(new ScopeUsage(inbound, outbound, 0, 0, 0, 0)), Report(default)));

        Finding finding = Assert.Single(verdict.Findings, finding => !finding.Holds);
        Assert.Contains("system held", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_still_in_use_at_the_end_fails_it()
    {
        DemoVerdict verdict = DemoVerdict.Of(Record(Report(default), Report(new ScopeUsage(0, 0, 0, 0, 0, 1))));

        Finding finding = Assert.Single(verdict.Findings, finding => !finding.Holds);
        Assert.Contains("still in use", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_had_to_be_killed_or_stopped_with_something_in_use_fails_it()
    {
        DemoRecord record = Record(Report(default));
        record.InUseAtTheEnd = null;
        Assert.False(DemoVerdict.Of(record).Passed);

        record.InUseAtTheEnd = new ScopeUsage(0, 0, 0, 0, 0, 1);
        Finding finding = Assert.Single(DemoVerdict.Of(record).Findings, finding => !finding.Holds);
        Assert.Contains("Memory = 1", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_sample_or_a_refusal_nothing_was_shown()
    {
        Assert.False(DemoVerdict.Of(Record()).Passed);
        Assert.False(DemoVerdict.Of(Record(Report(default) with { Refusals = [] })).Passed);
    }

    [Fact]
    public void The_newcomer_over_tcp_missing_quic_unanswered_questions_and_skipped_attacks_are_told_and_not_judged()
    {
        DemoRecord record = Record(Report(default));
        record.Report(HonestPart.Newcomer, HonestReport.Nothing with { Dials = 7 });
        record.WithoutQuic = "no library";
        record.MissSample();
        record.SkippedAttacks = ["deaf readers"];

        DemoVerdict verdict = DemoVerdict.Of(record);

        Assert.True(verdict.Passed);
        Assert.Contains(verdict.Notes, note => note.Contains("7 dials", StringComparison.Ordinal));
        Assert.Contains(verdict.Notes, note => note.StartsWith("QUIC was left out", StringComparison.Ordinal) && note.EndsWith("no library", StringComparison.Ordinal));
        Assert.Contains(verdict.Notes, note => note.Contains("deaf readers", StringComparison.Ordinal));
        Assert.Contains(verdict.Notes, note => note.Contains("1 of 2 questions", StringComparison.Ordinal));
    }
}
