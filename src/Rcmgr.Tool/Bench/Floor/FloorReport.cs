using System.Text.Json;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>The floor for people and for programs.</summary>
internal static class FloorReport
{
    public static void WriteTable(TextWriter output, IReadOnlyList<FloorRow> rows)
    {
        output.WriteLine();
        output.WriteLine("the machine's floor, with nothing else done       MiB/s    us for one MiB");
        foreach (FloorRow row in rows)
            output.WriteLine(FormattableString.Invariant($"  {row.Name,-44}  {row.Rate,9:F0}  {row.Cost,9:F0}"));
        foreach (EchoFloor echo in EchoFloor.Of(rows))
            output.WriteLine(FormattableString.Invariant($"  {$"echo over {echo.Security}, 4 cipher passes and 2 TCP",-44}  {echo.Rate,9:F0}  {echo.Cost,9:F0}"));
    }

    public static void WriteJson(Utf8JsonWriter json, IReadOnlyList<FloorRow> rows)
    {
        json.WriteStartArray("floor");
        foreach (FloorRow row in rows)
            Write(json, row.Name, row.Rate, row.Cost);
        foreach (EchoFloor echo in EchoFloor.Of(rows))
            Write(json, "echo over " + echo.Security, echo.Rate, echo.Cost);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, double rate, double cost)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("unit", "MiB/s");
        json.WriteNumber("rate", Math.Round(rate, 2));
        json.WriteNumber("cost", Math.Round(cost, 2));
        json.WriteEndObject();
    }
}
