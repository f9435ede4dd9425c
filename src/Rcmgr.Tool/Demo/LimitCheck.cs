using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Demo;

/// <summary>Finds scopes that hold more than their limits allow. No sample of a node may ever show one.</summary>
internal static class LimitCheck
{
    public static IEnumerable<string> Violations(AdminReport report) => report.Scopes.SelectMany(Violations);

    private static IEnumerable<string> Violations(AdminScope scope)
    {
        ScopeUsage use = scope.Use;
        ResourceLimits limit = scope.Limits;
        (string What, long Held, long Allowed)[] pairs =
        [
            ("streams", use.StreamsInbound + use.StreamsOutbound, limit.Streams),
            ("inbound streams", use.StreamsInbound, limit.StreamsInbound),
            ("outbound streams", use.StreamsOutbound, limit.StreamsOutbound),
            ("connections", use.ConnectionsInbound + use.ConnectionsOutbound, limit.Connections),
            ("inbound connections", use.ConnectionsInbound, limit.ConnectionsInbound),
            ("outbound connections", use.ConnectionsOutbound, limit.ConnectionsOutbound),
            ("file descriptors", use.FileDescriptors, limit.FileDescriptors),
            ("bytes of memory", use.Memory, limit.Memory),
        ];
        return pairs
            .Where(pair => pair.Held > pair.Allowed || pair.Held < 0)
            .Select(pair => $"{scope.Name} held {pair.Held} {pair.What}, its limit is {pair.Allowed}");
    }
}
