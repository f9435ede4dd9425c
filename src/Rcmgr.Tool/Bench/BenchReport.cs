using System.Text.Json;
using Rcmgr.Tool.Bench.Floor;

namespace Rcmgr.Tool.Bench;

/// <summary>A result for people and for programs.</summary>
internal static class BenchReport
{
    private const string RowFormat = "{0,-9}  {1,-8}  {2,-26}  {3,5}  {4,9}  {5,7}  {6,9}  {7,7}  {8,15}  {9,15}  {10,-4}";

    public static void WriteTable(TextWriter output, BenchResult result)
    {
        BenchSettings settings = result.Settings;
        output.WriteLine(Invariant(
            $"{settings.Repetitions} or more blocks of with, without, without, with; {settings.Bytes} bytes or {settings.SampleTime.TotalSeconds} s per sample; medians; us: processor time for one MiB or round"));
        output.WriteLine(Invariant(
            $"the manager's cost in rate and in processor time: median of the blocks' ratios, and half the {100 * result.Coverage:F0} % interval; in processor time it is less or more than {100 * BenchRow.AllowedCost} %, or open"));
        output.WriteLine(Invariant(
            $"calibration: 100 xorshift64 steps take {result.CalibrationBefore:F1} ns before and {result.CalibrationAfter:F1} ns after"));
        output.WriteLine();
        WriteRow(output, "transport", "security", "measurement", "unit", "with", "us", "without", "us", "rate", "processor", "cost");
        foreach (BenchRow row in result.Rows)
        {
            WriteRow(
                output, row.Stack.Transport, row.Stack.Security, row.Name, row.Unit,
                Number(BenchRow.MedianRate(row.Samples.With)), Cost(row.Samples.With),
                Number(BenchRow.MedianRate(row.Samples.Without)), Cost(row.Samples.Without),
                Percent(1 - row.RateRatio.Median, row.RateRatio.Spread), Percent(row.CostRatio.Median - 1, row.CostRatio.Spread), row.Verdict);
        }

        if (result.Floor.Count > 0)
            FloorReport.WriteTable(output, result.Floor);
        if (result.Refusals.Count > 0)
            output.WriteLine("\nThe manager refused, so these figures are of something else: " + string.Join("; ", result.Refusals));
    }

    public static string ToJson(BenchResult result) => JsonLine.Write(json =>
    {
        BenchSettings settings = result.Settings;
        json.WriteNumber("repetitions", settings.Repetitions);
        json.WriteNumber("bytes", settings.Bytes);
        json.WriteNumber("seconds", settings.SampleTime.TotalSeconds);
        json.WriteNumber("streams", settings.Streams);
        json.WriteStartObject("calibration");
        json.WriteNumber("nanosecondsBefore", Rounded(result.CalibrationBefore));
        json.WriteNumber("nanosecondsAfter", Rounded(result.CalibrationAfter));
        json.WriteEndObject();
        json.WriteNumber("refusals", result.Refusals.Count);
        json.WriteStartArray("refused");
        foreach (string refusal in result.Refusals)
            json.WriteStringValue(refusal);
        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (BenchRow row in result.Rows)
            WriteRow(json, row);
        json.WriteEndArray();
        if (result.Floor.Count > 0)
            FloorReport.WriteJson(json, result.Floor);
    });

    private static void WriteRow(Utf8JsonWriter json, BenchRow row)
    {
        json.WriteStartObject();
        json.WriteString("transport", row.Stack.Transport);
        json.WriteString("security", row.Stack.Security);
        json.WriteString("name", row.Name);
        json.WriteString("unit", row.Unit);
        WriteSamples(json, "with", row.Samples.With);
        WriteSamples(json, "without", row.Samples.Without);
        WriteEstimate(json, "rateRatio", row.RateRatio);
        WriteEstimate(json, "costRatio", row.CostRatio);
        json.WriteString("verdict", row.Verdict);
        json.WriteEndObject();
    }

    private static void WriteEstimate(Utf8JsonWriter json, string name, Estimate estimate)
    {
        json.WriteStartObject(name);
        json.WriteNumber("median", Math.Round(estimate.Median, 4));
        json.WriteNumber("low", Math.Round(estimate.Low, 4));
        json.WriteNumber("high", Math.Round(estimate.High, 4));
        json.WriteNumber("coverage", Math.Round(estimate.Coverage, 4));
        json.WriteEndObject();
    }

    private static void WriteSamples(Utf8JsonWriter json, string name, IReadOnlyList<BenchSample> samples)
    {
        json.WriteStartObject(name);
        json.WriteNumber("min", Rounded(samples.Min(sample => sample.Rate)));
        json.WriteNumber("median", Rounded(BenchRow.MedianRate(samples)));
        json.WriteNumber("cost", Rounded(BenchRow.MedianCost(samples)));
        json.WriteStartArray("samples");
        foreach (BenchSample sample in samples)
            json.WriteNumberValue(Rounded(sample.Rate));
        json.WriteEndArray();
        json.WriteStartArray("costs");
        foreach (BenchSample sample in samples)
            json.WriteNumberValue(Rounded(sample.Cost));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRow(TextWriter output, params object[] cells) => output.WriteLine(RowFormat, cells);

    private static string Cost(IReadOnlyList<BenchSample> samples) => Invariant($"{BenchRow.MedianCost(samples):F0}");

    private static string Percent(double value, double spread) => Invariant($"{100 * value:+0.0;-0.0} ± {100 * spread:0.0} %");

    private static string Number(double value) => Invariant($"{value:F1}");

    private static double Rounded(double value) => Math.Round(value, 2);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
