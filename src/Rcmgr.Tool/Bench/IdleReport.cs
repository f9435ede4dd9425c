using System.Text.Json;

namespace Rcmgr.Tool.Bench;

/// <summary>What idle connections take, for people and for programs.</summary>
internal static class IdleReport
{
    private const string RowFormat = "{0,-9}  {1,-9}  {2,9}  {3,9}  {4,9}  {5,9}  {6,6}  {7}";

    public static void WriteTable(TextWriter output, IReadOnlyList<IdleResult> results)
    {
        output.WriteLine("bytes of each end of an idle connection; resident: managed and native; window: accounted, too, and unused while nobody sends");
        output.WriteLine();
        WriteRow(output, "transport", "end", "resident", "managed", "accounted", "window", "ratio", "");
        foreach (IdleResult result in results)
        {
            WriteRow(output, result, "dialing", result.Dialing);
            WriteRow(output, result, "listening", result.Listening);
        }
    }

    public static string ToJson(IReadOnlyList<IdleResult> results) => JsonLine.Write(json =>
    {
        json.WriteStartArray("rows");
        foreach (IdleResult result in results)
        {
            json.WriteStartObject();
            json.WriteString("transport", result.Stack.Transport);
            json.WriteNumber("connections", result.Connections);
            json.WriteNumber("window", result.Window);
            WriteEnd(json, "dialing", result.Dialing);
            WriteEnd(json, "listening", result.Listening);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteEnd(Utf8JsonWriter json, string name, IdleEnd end)
    {
        json.WriteStartObject(name);
        json.WriteNumber("resident", Math.Round(end.Resident));
        json.WriteNumber("managed", Math.Round(end.Managed));
        json.WriteNumber("accounted", Math.Round(end.Accounted));
        json.WriteNumber("ratio", Math.Round(end.Ratio, 3));
        json.WriteBoolean("within", end.IsWithin);
        json.WriteEndObject();
    }

    private static void WriteRow(TextWriter output, IdleResult result, string name, IdleEnd end) => WriteRow(
        output, result.Stack.Transport, name, Number(end.Resident), Number(end.Managed), Number(end.Accounted), Number(result.Window),
        FormattableString.Invariant($"{end.Ratio:F2}"), end.IsWithin ? "" : "differs by more than it may");

    private static void WriteRow(TextWriter output, params object[] cells) => output.WriteLine(RowFormat, cells);

    private static string Number(double value) => FormattableString.Invariant($"{value:F0}");
}
