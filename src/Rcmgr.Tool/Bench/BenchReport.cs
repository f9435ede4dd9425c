using System.Text.Json;

namespace Rcmgr.Tool.Bench;

/// <summary>A result for people and for programs.</summary>
internal static class BenchReport
{
    private const string RowFormat = "{0,-8}  {1,-26}  {2,5}  {3,9}  {4,9}  {5,6}  {6,9}  {7,9}  {8,6}  {9,6}  {10,6}";

    public static void WriteTable(TextWriter output, BenchResult result)
    {
        BenchSettings settings = result.Settings;
        output.WriteLine(Invariant(
            $"{settings.Repetitions} samples each, in turns; {settings.Bytes} bytes or {settings.SampleTime.TotalSeconds} s per sample; rates: higher is better, us (processor time for one MiB or round): lower is better"));
        output.WriteLine(Invariant(
            $"calibration: 100 xorshift64 steps take {result.CalibrationBefore:F1} ns before and {result.CalibrationAfter:F1} ns after"));
        output.WriteLine();
        WriteRow(output, "security", "measurement", "unit", "with: min", "median", "us", "w/o: min", "median", "us", "rate", "us");
        foreach (BenchRow row in result.Rows)
        {
            WriteRow(
                output, row.Security, row.Name, row.Unit,
                Number(row.With.Min(sample => sample.Rate)), Number(BenchRow.MedianRate(row.With)), Cost(row.With),
                Number(row.Without.Min(sample => sample.Rate)), Number(BenchRow.MedianRate(row.Without)), Cost(row.Without),
                Invariant($"{row.Ratio:F3}"), Invariant($"{row.CostRatio:F3}"));
        }

        if (result.Refusals > 0)
            output.WriteLine(Invariant($"\nThe manager refused {result.Refusals} times: these figures are of something else."));
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
        json.WriteNumber("refusals", result.Refusals);
        json.WriteStartArray("rows");
        foreach (BenchRow row in result.Rows)
            WriteRow(json, row);
        json.WriteEndArray();
    });

    private static void WriteRow(Utf8JsonWriter json, BenchRow row)
    {
        json.WriteStartObject();
        json.WriteString("security", row.Security);
        json.WriteString("name", row.Name);
        json.WriteString("unit", row.Unit);
        WriteSamples(json, "with", row.With);
        WriteSamples(json, "without", row.Without);
        json.WriteNumber("ratio", Math.Round(row.Ratio, 4));
        json.WriteNumber("costRatio", Math.Round(row.CostRatio, 4));
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

    private static string Number(double value) => Invariant($"{value:F1}");

    private static double Rounded(double value) => Math.Round(value, 2);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
