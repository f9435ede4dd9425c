using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// Connections for each subnet and network (specification §5.2, §5.3): the counting alone, and, where the file has them, histories of
/// a manager that counts.
/// </summary>
internal sealed class SubnetSuite : IConformanceSuite
{
    /// <inheritdoc/>
    public bool Recognises(JsonElement root) => CaseFile.StartsWith(root, "cases", "name", "config", "ops");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(JsonElement root)
    {
        foreach (JsonElement item in CaseFile.Cases(root, "cases"))
            yield return CaseResult.Of(CaseFile.Text(item, "name") ?? "unnamed", () => DifferenceOfCounts(item));
        foreach (JsonElement item in CaseFile.Cases(root, "viaManager"))
            yield return CaseResult.Of($"manager: {CaseFile.Text(item, "name")}", () => DifferenceOfManager(item));
    }

    private static string? DifferenceOfCounts(JsonElement item)
    {
        ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = ResourceManagerLimits.Infinite,
            ConnectionLimits = PublishedLimits.OfConnections(item.GetProperty("config")),
        });
        int number = 0;
        foreach (JsonElement op in item.GetProperty("ops").EnumerateArray())
        {
            number++;
            IPAddress address = IPAddress.Parse(op[1].GetString()!);
            if (op[0].GetString() == "-")
            {
                // Also of what was never taken, which must not count below nothing.
                manager.Admission?.Forget(address);
                continue;
            }

            bool admitted = manager.Admission?.TryAdmit(Direction.Inbound, address, out _, out _) ?? true;
            if (admitted != op[2].GetBoolean())
                return $"op {number} {op.GetRawText()}: got {admitted}";
        }

        return null;
    }

    private static string? DifferenceOfManager(JsonElement item)
    {
        JsonElement config = item.GetProperty("config");
        ResourceManagerLimits scopes = PublishedLimits.ScopesOf(config);
        ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = scopes with { System = PublishedLimits.ScopesOf(item).System },
            Allowlist = PublishedLimits.AllowlistOf(config),
            ConnectionLimits = PublishedLimits.OfConnections(config),
        });
        Dictionary<string, ConnectionScope> handles = [];
        foreach (JsonElement op in item.GetProperty("ops").EnumerateArray())
        {
            string actual = Apply(manager, handles, op);
            string expected = CaseFile.Text(op, "error") ?? "ok";
            if (actual != expected)
                return $"{op.GetRawText()}: got {actual}";
        }

        return null;
    }

    private static string Apply(ResourceManager manager, Dictionary<string, ConnectionScope> handles, JsonElement op)
    {
        string? handle = CaseFile.Text(op, "h");
        Refusal refusal = default;
        switch (CaseFile.Text(op, "op"))
        {
            case "openConnection":
                IPAddress? address = Multiaddress.Parse(op.GetProperty("addr").GetString()!).LeadingAddress;
                if (manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, address, out ConnectionScope? opened, out refusal)
                    && handle is not null)
                {
                    handles[handle] = opened;
                }

                break;
            case "setPeer":
                handles[handle!].TrySetPeer(RecordedPeers.Parse(op.GetProperty("peer").GetString()!), out refusal);
                break;
            case "done":
                handles[handle!].Dispose();
                break;
            default:
                throw new FormatException($"unknown op {op.GetRawText()}");
        }

        return Outcome(refusal);
    }

    internal static string Outcome(in Refusal refusal) => refusal.Reason switch
    {
        RefusalReason.None => "ok",
        RefusalReason.Limit => "resource_limit_exceeded",
        RefusalReason.SubnetLimit or RefusalReason.NetworkLimit => "per_ip",
        RefusalReason.ConnectionRate => "rate",
        _ => refusal.Reason.ToString(),
    };
}
