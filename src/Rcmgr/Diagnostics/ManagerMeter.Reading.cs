using System.Diagnostics.Metrics;
using System.Globalization;

namespace Rcmgr;

/// <content>What the instruments read when somebody collects.</content>
internal sealed partial class ManagerMeter
{
    private List<Measurement<long>> ReadConnections()
    {
        List<Measurement<long>> found = [];
        foreach (ScopeReport root in ReadWideScopes().Where(IsRoot))
        {
            found.Add(new(root.Use.ConnectionsInbound, Tag("dir", "inbound"), ScopeTag(root)));
            found.Add(new(root.Use.ConnectionsOutbound, Tag("dir", "outbound"), ScopeTag(root)));
        }

        return found;
    }

    private List<Measurement<long>> ReadFileDescriptors() =>
        [.. ReadWideScopes().Where(IsRoot).Select(root => new Measurement<long>(root.Use.FileDescriptors, ScopeTag(root)))];

    private List<Measurement<long>> ReadStreams() =>
    [
        .. ReadGroups(Tag("dir", "inbound"), static use => use.StreamsInbound),
        .. ReadGroups(Tag("dir", "outbound"), static use => use.StreamsOutbound),
    ];

    private List<Measurement<long>> ReadMemory() => ReadGroups(null, static use => use.Memory);

    /// <summary>One amount of every wide scope; groups without a series of their own are added up.</summary>
    private List<Measurement<long>> ReadGroups(KeyValuePair<string, object?>? tag, Func<ScopeUsage, long> amount)
    {
        List<Measurement<long>> found = [];
        Dictionary<ScopeKind, long> others = [];
        foreach (ScopeReport scope in ReadWideScopes())
        {
            if (IsFolded(scope))
                others[scope.Kind] = others.GetValueOrDefault(scope.Kind) + amount(scope.Use);
            else
                found.Add(new(amount(scope.Use), Tags(tag, scope.Kind, scope.GroupName)));
        }

        foreach ((ScopeKind kind, long total) in others)
            found.Add(new(total, Tags(tag, kind, GroupLabels.Other)));
        return found;
    }

    private List<Measurement<long>> ReadLimits()
    {
        List<Measurement<long>> found = [];
        foreach (ScopeReport scope in ReadWideScopes().Where(scope => !IsFolded(scope)))
        {
            ResourceLimits limits = scope.Limits;
            ReadOnlySpan<(string Resource, long Limit)> all =
            [
                ("memory", limits.Memory), ("fd", limits.FileDescriptors),
                ("conns", limits.Connections), ("conns_inbound", limits.ConnectionsInbound), ("conns_outbound", limits.ConnectionsOutbound),
                ("streams", limits.Streams), ("streams_inbound", limits.StreamsInbound), ("streams_outbound", limits.StreamsOutbound),
            ];
            foreach ((string resource, long limit) in all)
                found.Add(new(limit, Tags(Tag("resource", resource), scope.Kind, scope.GroupName)));
        }

        return found;
    }

    private List<Measurement<long>> ReadRefusals() =>
        !_engine.TryGetTarget(out AccountingEngine? engine) ? [] :
        [
            .. engine.Refusals.Read().Select(static refusal => new Measurement<long>(
                refusal.Count,
                Tag("dir", MetricNames.Of(refusal.Direction)),
                Tag("scope", MetricNames.Of(refusal.Scope)),
                Tag("resource", MetricNames.Of(refusal.Resource)),
                Tag("reason", MetricNames.Of(refusal.Reason)))),
        ];

    private List<Measurement<long>> ReadRefusedBytes() =>
        !_engine.TryGetTarget(out AccountingEngine? engine) ? [] :
        [
            .. engine.Refusals.ReadBytes().Select(static refused =>
                new Measurement<long>(refused.Bytes, Tag("scope", MetricNames.Of(refused.Scope)))),
        ];

    private List<Measurement<long>> ReadFaults() =>
        _engine.TryGetTarget(out AccountingEngine? engine) ? [new(engine.Faults)] : [];

    private List<Measurement<long>> ReadPeers(params ReadOnlySpan<PeerQuantity> quantities)
    {
        List<Measurement<long>> found = [];
        if (!_engine.TryGetTarget(out AccountingEngine? engine))
            return found;
        foreach (PeerQuantity quantity in quantities)
        {
            PeerDistribution distribution = new(quantity);
            engine.ReadPeers(distribution);
            AddBuckets(found, quantity, distribution);
        }

        return found;
    }

    private static List<Measurement<long>> Zeros(params ReadOnlySpan<PeerQuantity> quantities)
    {
        List<Measurement<long>> found = [];
        foreach (PeerQuantity quantity in quantities)
            AddBuckets(found, quantity, new PeerDistribution(quantity));
        return found;
    }

    private static void AddBuckets(List<Measurement<long>> found, PeerQuantity quantity, PeerDistribution distribution)
    {
        Direction? direction = quantity switch
        {
            PeerQuantity.ConnectionsInbound or PeerQuantity.StreamsInbound => Direction.Inbound,
            PeerQuantity.ConnectionsOutbound or PeerQuantity.StreamsOutbound => Direction.Outbound,
            _ => null,
        };
        long[] totals = distribution.Accumulate();
        for (int bucket = 0; bucket < totals.Length; bucket++)
        {
            string bound = bucket < distribution.Bounds.Count ? distribution.Bounds[bucket].ToString(CultureInfo.InvariantCulture) : "+Inf";
            found.Add(direction is null
                ? new(totals[bucket], Tag("le", bound))
                : new(totals[bucket], Tag("dir", MetricNames.Of(direction)), Tag("le", bound)));
        }
    }

    private IReadOnlyList<ScopeReport> ReadWideScopes() =>
        _engine.TryGetTarget(out AccountingEngine? engine) ? engine.ReadWideScopes() : [];

    private static bool IsRoot(ScopeReport scope) => scope.Kind is not (ScopeKind.Service or ScopeKind.Protocol);

    private bool IsFolded(ScopeReport scope) => scope switch
    {
        { Kind: ScopeKind.Service, GroupName: { } name } => !_services.HasOwn(name),
        { Kind: ScopeKind.Protocol, GroupName: { } name } => !_protocols.HasOwn(name),
        _ => false,
    };

    private static KeyValuePair<string, object?>[] Tags(KeyValuePair<string, object?>? first, ScopeKind kind, string? group)
    {
        List<KeyValuePair<string, object?>> tags = [Tag("scope", MetricNames.Of(kind))];
        if (first is { } tag)
            tags.Insert(0, tag);
        if (group is not null)
            tags.Add(Tag(MetricNames.Of(kind), group));
        return [.. tags];
    }

    private static KeyValuePair<string, object?> ScopeTag(ScopeReport scope) => Tag("scope", MetricNames.Of(scope.Kind));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
