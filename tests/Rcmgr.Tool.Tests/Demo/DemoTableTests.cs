using Rcmgr.Tool.Admin;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Demo;

public sealed class DemoTableTests
{
    private static DemoRecord Record()
    {
        ResourceLimits limits = ResourceLimits.AllowAll with { Connections = 64, Memory = 4 << 20 };
        AdminScope[] peers =
        [
            .. Enumerable.Range(0, 9).Select(i =>
                new AdminScope(ScopeKind.Peer, $"peer:{i}", new ScopeUsage(0, 0, 1, 0, 1, 0), ResourceLimits.AllowAll)),
        ];
        DemoRecord record = new();
        record.AddSample(new AdminReport(
            [new AdminScope(ScopeKind.System, "system", new ScopeUsage(1, 2, 3, 4, 5, 1 << 20), limits), .. peers],
            [
                new RefusalCount(ScopeKind.Transient, Resource.Memory, null, RefusalReason.Limit, 1),
                new RefusalCount(ScopeKind.Peer, Resource.Connections, Direction.Inbound, RefusalReason.Limit, 9),
            ],
            default));
        record.Report(HonestPart.Veteran, Served(pings: 5));
        record.Report(HonestPart.QuicVeteran, Served(pings: 6) with { Lost = 1 });
        return record;
    }

    private static HonestReport Served(int pings) => new(
        1, TimeSpan.FromSeconds(0.1), pings, pings, 0, TimeSpan.FromMilliseconds(1234), TimeSpan.FromMilliseconds(2345), "");

    [Fact]
    public void Rows_show_use_over_limit_and_refusals_most_frequent_first()
    {
        IReadOnlyList<string> rows = DemoTable.Rows(Record(), "flood", TimeSpan.FromSeconds(3));
        List<string> refusals = [.. rows.SkipWhile(row => row != "refused by").Skip(1).Take(2).Select(row => row.Trim())];

        Assert.Contains(rows, row => row.Contains("flood", StringComparison.Ordinal));
        Assert.Contains(rows, row => System.Text.RegularExpressions.Regex.IsMatch(row, "^system +7/64 +3/- +1.0/4 MiB +5/-$"));
        Assert.Contains(rows, row => row.Contains("3 more peers", StringComparison.Ordinal));
        Assert.Equal("honest peer over TCP   5 pings (p50 1234.0, p99 2345.0 ms), 5 echoes, 0 lost", rows[^2]);
        Assert.Equal("honest peer over QUIC  6 pings (p50 1234.0, p99 2345.0 ms), 6 echoes, 1 lost", rows[^1]);
        Assert.All(rows, row => Assert.InRange(row.Length, 0, 79));
        Assert.Equal(["9  peer: inbound conns (limit)", "1  transient: memory (limit)"], refusals);
    }

    [Fact]
    public void A_line_tells_the_same_in_short()
    {
        string line = DemoTable.Line(Record(), "flood", TimeSpan.FromSeconds(3));

        Assert.Contains("3.0 s  flood", line, StringComparison.Ordinal);
        Assert.Contains("system conns 7/64", line, StringComparison.Ordinal);
        Assert.EndsWith("honest peers: 22 exchanges, 1 lost", line, StringComparison.Ordinal);
        Assert.Contains("refused 10, most by peer: inbound conns (limit)", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_terminal_each_drawing_begins_where_the_last_one_began_and_no_row_wraps()
    {
        using StringWriter output = new();
        DemoScreen screen = new(output, terminalWidth: 40);
        DemoRecord record = Record();

        await screen.DrawAsync(record);
        int height = output.ToString().Count(c => c == '\n');
        await screen.DrawAsync(record);

        string[] drawings = output.ToString().Split("\e[J");
        Assert.EndsWith($"\e[{height}A\r", drawings[1], StringComparison.Ordinal);
        Assert.All(drawings[2].Split(Environment.NewLine), row => Assert.InRange(row.Length, 0, 39));
    }
}
