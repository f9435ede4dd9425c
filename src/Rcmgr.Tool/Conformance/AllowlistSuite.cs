using System.Text.Json;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Conformance;

/// <summary>Additions to, removals from and questions to an allowlist (specification §6).</summary>
internal sealed class AllowlistSuite : IConformanceSuite
{
    /// <inheritdoc/>
    public bool Recognises(JsonElement root) => CaseFile.StartsWith(root, "cases", "name", "ops");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(JsonElement root)
    {
        foreach (JsonElement item in CaseFile.Cases(root, "cases"))
            yield return CaseResult.Of(CaseFile.Text(item, "name") ?? "unnamed", () => FirstDifference(item));
    }

    internal static AllowlistEntry ToEntry(AllowlistAddress address) => new(address.Network, address.Peer?.Key);

    private static string? FirstDifference(JsonElement item)
    {
        Allowlist allowlist = new();
        int number = 0;
        foreach (JsonElement op in item.GetProperty("ops").EnumerateArray())
        {
            number++;
            if (Apply(allowlist, op) is string difference)
                return $"op {number} {op.GetRawText()}: {difference}";
        }

        return null;
    }

    private static string? Apply(Allowlist allowlist, JsonElement op)
    {
        string address = op.GetProperty("addr").GetString()!;
        return op.GetProperty("op").GetString() switch
        {
            "add" => Change(op, address, allowlist.Add),
            "remove" => Change(op, address, entry => allowlist.Remove(entry)),
            "allowed" => Answer(op, Multiaddress.Parse(address).LeadingAddress is { } ip && allowlist.Allows(ip)),
            "allowedPeer" => Answer(
                op,
                Multiaddress.Parse(address).LeadingAddress is { } ip
                    && allowlist.Allows(ip, RecordedPeers.Parse(op.GetProperty("peer").GetString()!))),
            string unknown => $"unknown op {unknown}",
            null => "an op without a name",
        };
    }

    private static string? Change(JsonElement op, string address, Action<AllowlistEntry> apply)
    {
        bool expectsError = op.TryGetProperty("error", out _);
        if (!AllowlistAddress.TryParse(address, out AllowlistAddress? parsed, out string? error))
            return expectsError ? null : $"refused: {error}";
        if (expectsError)
            return "expected an error, got none";
        apply(ToEntry(parsed));
        return null;
    }

    private static string? Answer(JsonElement op, bool actual)
    {
        bool expected = op.GetProperty("result").GetBoolean();
        return expected == actual ? null : $"expected {expected}, got {actual}";
    }
}
