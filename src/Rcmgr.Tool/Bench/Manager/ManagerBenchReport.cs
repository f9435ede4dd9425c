using System.Text.Json;

namespace Rcmgr.Tool.Bench.Manager;

/// <summary>A result for people and for programs.</summary>
internal static class ManagerBenchReport
{
    private const string RowFormat = "{0,-12} {1,7} {2,-8} {3,9} {4,7} {5,7}";

    public static void WriteTable(TextWriter output, ManagerBenchResult result)
    {
        output.WriteLine(Invariant($"calibration: 100 xorshift64 steps take {result.CalibrationNanoseconds:F1} ns"));
        output.WriteLine("ns: wall time divided by the operations of all threads, the least of all repetitions");
        output.WriteLine();
        output.WriteLine(RowFormat, "operation", "threads", "mode", "ns", "allocs", "bytes");
        WriteRows(output, result.Rows);
        output.WriteLine();
        ScopeSizes sizes = result.Sizes;
        output.WriteLine(Invariant(
            $"bytes: connection {sizes.Connection:F0}, stream {sizes.Stream:F0}, peer {sizes.Peer:F0}, peer with connection and stream {sizes.PeerConnectionStream:F0}"));
        foreach (ReservationTail tail in result.Tails)
        {
            output.WriteLine(Invariant(
                $"one reservation, {tail.Threads} threads: p50 {tail.Median:F0} ns, p99 {tail.P99:F0} ns, p99.9 {tail.P999:F0} ns, most {tail.Most:F0} ns"));
        }

        if (result.Million is not { } million)
            return;
        output.WriteLine();
        output.WriteLine(Invariant(
            $"a million peers with a connection and a stream: {million.Megabytes:F0} MB, {million.MegabytesWithKeys:F0} MB with their keys"));
        WriteRows(output, million.Rows);
    }

    public static string ToJson(ManagerBenchResult result) => JsonLine.Write(json =>
    {
        json.WriteNumber("calibrationNs", Rounded(result.CalibrationNanoseconds));
        WriteRows(json, result.Rows);
        json.WriteStartObject("sizes");
        json.WriteNumber("connection", Rounded(result.Sizes.Connection));
        json.WriteNumber("stream", Rounded(result.Sizes.Stream));
        json.WriteNumber("peer", Rounded(result.Sizes.Peer));
        json.WriteNumber("peerConnStream", Rounded(result.Sizes.PeerConnectionStream));
        json.WriteEndObject();
        json.WriteStartArray("tail");
        foreach (ReservationTail tail in result.Tails)
            Write(json, tail);
        json.WriteEndArray();
        if (result.Million is not { } million)
            return;
        json.WriteStartObject("million");
        json.WriteNumber("megabytes", Rounded(million.Megabytes));
        json.WriteNumber("megabytesWithKeys", Rounded(million.MegabytesWithKeys));
        WriteRows(json, million.Rows);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, ReservationTail tail)
    {
        json.WriteStartObject();
        json.WriteString("name", "memory");
        json.WriteNumber("threads", tail.Threads);
        json.WriteNumber("p50Ns", Rounded(tail.Median));
        json.WriteNumber("p99Ns", Rounded(tail.P99));
        json.WriteNumber("p999Ns", Rounded(tail.P999));
        json.WriteNumber("maxNs", Rounded(tail.Most));
        json.WriteEndObject();
    }

    private static void WriteRows(Utf8JsonWriter json, IReadOnlyList<ManagerBenchRow> rows)
    {
        json.WriteStartArray("rows");
        foreach (ManagerBenchRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Name);
            json.WriteNumber("threads", row.Threads);
            json.WriteString("mode", row.Mode);
            json.WriteNumber("ns", Rounded(row.Nanoseconds));
            json.WriteNumber("allocs", row.Allocations);
            json.WriteNumber("allocBytes", Rounded(row.AllocatedBytes));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRows(TextWriter output, IReadOnlyList<ManagerBenchRow> rows)
    {
        foreach (ManagerBenchRow row in rows)
        {
            output.WriteLine(
                RowFormat, row.Name, row.Threads, row.Mode, Invariant($"{row.Nanoseconds:F1}"), Invariant($"{row.Allocations:0.##}"), Invariant($"{row.AllocatedBytes:F0}"));
        }
    }

    private static double Rounded(double value) => Math.Round(value, 2);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
