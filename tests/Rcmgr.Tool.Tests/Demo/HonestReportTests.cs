using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Demo;

public sealed class HonestReportTests
{
    [Fact]
    public void A_report_reads_back_as_it_was_written()
    {
        HonestReport report = new(
            3, TimeSpan.FromMilliseconds(12.5), 4, 5, 6, TimeSpan.FromMilliseconds(1.25), TimeSpan.FromMilliseconds(2.5), "\"reset\"");

        Assert.Equal(report, HonestReport.FromLine(report.ToLine()));
        Assert.Equal(HonestReport.Nothing, HonestReport.FromLine(HonestReport.Nothing.ToLine()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("{}")]
    [InlineData("""{"event":"ready"}""")]
    [InlineData("""{"event":"served","dials":"x"}""")]
    public void Other_lines_are_no_reports(string line) => Assert.Null(HonestReport.FromLine(line));

    [Theory]
    [InlineData(1, 50, 1)]
    [InlineData(100, 50, 50)]
    [InlineData(100, 99, 99)]
    [InlineData(101, 99, 100)]
    public void A_percentile_is_the_value_that_this_share_does_not_exceed(int count, int percent, int expected)
    {
        TimeSpan[] sorted = [.. Enumerable.Range(1, count).Select(i => TimeSpan.FromSeconds(i))];

        Assert.Equal(TimeSpan.FromSeconds(expected), HonestTally.Percentile(sorted, percent));
    }

    [Fact]
    public void Without_pings_percentiles_are_zero() => Assert.Equal(TimeSpan.Zero, HonestTally.Percentile([], 50));
}
