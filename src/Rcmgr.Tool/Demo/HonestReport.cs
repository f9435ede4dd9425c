using System.Text.Json;

namespace Rcmgr.Tool.Demo;

/// <summary>How an honest peer fares.</summary>
/// <param name="Dials">How often it dialled.</param>
/// <param name="ConnectedAfter">How long it took to be connected; null while it is not.</param>
/// <param name="Pings">Pings that were answered.</param>
/// <param name="Echoes">Messages that came back as they were sent, each on a stream of its own.</param>
/// <param name="Lost">Pings and messages that were not answered, and connections that ended.</param>
/// <param name="PingP50">The median of its ping's round trips.</param>
/// <param name="PingP99">The round trip that one in a hundred pings exceeds.</param>
/// <param name="LastError">What went wrong last; empty if nothing did.</param>
internal sealed record HonestReport(
    int Dials, TimeSpan? ConnectedAfter, int Pings, int Echoes, int Lost, TimeSpan PingP50, TimeSpan PingP99, string LastError)
{
    private const string EventName = "served";

    public static HonestReport Nothing { get; } = new(0, null, 0, 0, 0, default, default, "");

    /// <summary>Whether it got of everything that it asks for.</summary>
    public bool WasServed => this is { ConnectedAfter: not null, Pings: > 0, Echoes: > 0 };

    public string ToLine() => JsonLine.Write(json =>
    {
        json.WriteString("event", EventName);
        json.WriteNumber("dials", Dials);
        if (ConnectedAfter is TimeSpan after)
            json.WriteNumber("connectedAfterMs", Math.Round(after.TotalMilliseconds, 3));
        json.WriteNumber("pings", Pings);
        json.WriteNumber("echoes", Echoes);
        json.WriteNumber("lost", Lost);
        json.WriteNumber("pingP50Ms", Math.Round(PingP50.TotalMilliseconds, 3));
        json.WriteNumber("pingP99Ms", Math.Round(PingP99.TotalMilliseconds, 3));
        json.WriteString("lastError", LastError);
    });

    /// <summary>Reads what <see cref="ToLine"/> wrote; null for any other line.</summary>
    public static HonestReport? FromLine(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.GetProperty("event").GetString() != EventName)
                return null;

            return new HonestReport(
                root.GetProperty("dials").GetInt32(),
                root.TryGetProperty("connectedAfterMs", out JsonElement after) ? TimeSpan.FromMilliseconds(after.GetDouble()) : null,
                root.GetProperty("pings").GetInt32(),
                root.GetProperty("echoes").GetInt32(),
                root.GetProperty("lost").GetInt32(),
                TimeSpan.FromMilliseconds(root.GetProperty("pingP50Ms").GetDouble()),
                TimeSpan.FromMilliseconds(root.GetProperty("pingP99Ms").GetDouble()),
                root.GetProperty("lastError").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
