namespace Rcmgr.Tool.Bench;

/// <summary>One configuration that is measured: both ends use it.</summary>
/// <param name="Security"><c>noise</c> or <c>tls</c>.</param>
/// <param name="IsMetered">Whether a resource manager guards the hosts, with the limits that they scale to by default; else one that does nothing.</param>
internal sealed record BenchVariant(string Security, bool IsMetered)
{
    public static IReadOnlyList<string> Securities { get; } = ["noise", "tls"];

    /// <summary>The security protocol's identifier on the wire.</summary>
    public string SecurityProtocol => Security switch
    {
        "noise" => "/noise",
        "tls" => "/tls/1.0.0",
        _ => throw new ArgumentException($"There is no security protocol {Security}."),
    };
}
