using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>What decides how an op is compared.</summary>
/// <param name="Name">The name of the op.</param>
/// <param name="On">The handle, or the shared scope, that it works on.</param>
/// <param name="Handle">The handle that it is recorded to make.</param>
/// <param name="RecordedAt">The recorded name of the scope that refused.</param>
/// <param name="Size">Bytes of memory.</param>
/// <param name="Quirk">The mark of an op whose recorded behaviour one may want to do otherwise.</param>
internal sealed record ScenarioOp(string Name, string? On, string? Handle, string? RecordedAt, long Size, string? Quirk)
{
    public bool IsTransition => Name is "setPeer" or "setProtocol" or "setService";

    public static ScenarioOp Read(JsonElement op, Func<string, string> expand) => new(
        op.GetProperty("op").GetString()!,
        CaseFile.Text(op, "on") is string on ? expand(on) : null,
        CaseFile.Text(op, "h"),
        op.TryGetProperty("err", out JsonElement error) && CaseFile.Text(error, "at") is string at ? expand(at) : null,
        op.TryGetProperty("size", out JsonElement size) ? size.GetInt64() : 0,
        CaseFile.Text(op, "quirk"));
}
