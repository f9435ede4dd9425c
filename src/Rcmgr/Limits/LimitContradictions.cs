namespace Rcmgr;

/// <summary>A limit that stands in a limits text, and where.</summary>
/// <param name="Kind">The class of scopes that it limits.</param>
/// <param name="Name">The one of them that it limits; null for the class.</param>
/// <param name="Field">Which limit it is.</param>
/// <param name="Path">Its path in the text.</param>
/// <param name="Offset">Its place in the text, in bytes.</param>
internal readonly record struct WrittenLimit(ScopeKind Kind, string? Name, LimitField Field, LimitsPath Path, long Offset);

/// <summary>A written limit that does not do what it seems to.</summary>
internal sealed record LimitContradiction(
    WrittenLimit Written, LimitsProblemSeverity Severity, LimitsFormatError Error, string Message, string Suggestion);

/// <summary>
/// Looks for limits that are never reached. Only limits that somebody wrote are judged: the published defaults have children
/// above their parents on purpose.
/// </summary>
internal static class LimitContradictions
{
    public static IEnumerable<LimitContradiction> Find(
        PartialResourceManagerLimits limits, ResourceManagerLimits? defaults, List<WrittenLimit> written, Dictionary<string, PeerKey> peers)
    {
        defaults ??= ResourceManagerLimits.Infinite;
        ResourceManagerLimits built = limits.Build(defaults);
        HashSet<(ScopeKind, string?, LimitField)> all = [.. written.Select(limit => (limit.Kind, limit.Name, limit.Field))];
        foreach (WrittenLimit limit in written)
        {
            string? name = limit.Kind == ScopeKind.Peer && limit.Name is not null && peers.TryGetValue(limit.Name, out PeerKey? peer) ? peer.Text : limit.Name;
            long value = built[limit.Kind, name][limit.Field];
            if (value is <= 0 or ResourceLimits.Unlimited)
                continue;
            if (WithoutEffect(limit) is { } useless)
                yield return useless;
            else if (AboveTotal(limit, value, built[limit.Kind, name], all) is { } aboveTotal)
                yield return aboveTotal;
            else if (value != defaults[limit.Kind, name][limit.Field] && AboveParent(limit, value, built) is { } aboveParent)
                yield return aboveParent;
        }
    }

    private static LimitContradiction? WithoutEffect(in WrittenLimit limit)
    {
        Resource resource = limit.Field.Resource();
        string? charged = limit.Kind switch
        {
            ScopeKind.Connection when resource == Resource.Streams => "connections and memory",
            ScopeKind.Service or ScopeKind.ServicePeer or ScopeKind.Protocol or ScopeKind.ProtocolPeer or ScopeKind.Stream
                when resource is Resource.Connections or Resource.FileDescriptors => "streams and memory",
            _ => null,
        };
        return charged is null ? null : new LimitContradiction(
            limit, LimitsProblemSeverity.Warning, LimitsFormatError.NoEffect, $"has no effect: only {charged} are charged to such a scope", "remove it");
    }

    // A total that the author did not write depends on the machine, and a file must not be wrong on one machine only.
    private static LimitContradiction? AboveTotal(
        in WrittenLimit limit, long value, ResourceLimits scope, HashSet<(ScopeKind, string?, LimitField)> written)
    {
        if (limit.Field.Total() is not LimitField total || value <= scope[total])
            return null;

        bool isWritten = written.Contains((limit.Kind, limit.Name, total));
        return new LimitContradiction(
            limit,
            isWritten ? LimitsProblemSeverity.Error : LimitsProblemSeverity.Warning,
            LimitsFormatError.Contradiction,
            $"{value} is never reached: {total.Name()}, the limit on both directions together, is {scope[total]}{(isWritten ? "" : " by default")}",
            $"raise {total.Name()} or write at most {scope[total]}");
    }

    private static LimitContradiction? AboveParent(WrittenLimit limit, long value, ResourceManagerLimits built)
    {
        foreach ((ScopeKind kind, string? name) in Parents(limit.Kind, limit.Name))
        {
            long parent = built[kind, name][limit.Field];
            if (value <= parent)
                continue;
            string key = $"{LimitSection.Key(kind, built.NamesOf(kind).ContainsKey(name ?? "") ? name : null)}.{limit.Field.Name()}";
            return new LimitContradiction(
                limit,
                LimitsProblemSeverity.Warning,
                LimitsFormatError.Contradiction,
                $"{value} is never reached: {key}, to which the same is charged, is {parent}",
                $"raise {key} or write at most {parent}");
        }

        return null;
    }

    private static IEnumerable<(ScopeKind Kind, string? Name)> Parents(ScopeKind kind, string? name) => kind switch
    {
        ScopeKind.Transient or ScopeKind.Service or ScopeKind.Protocol or ScopeKind.Peer => [(ScopeKind.System, null)],
        ScopeKind.AllowlistedTransient => [(ScopeKind.AllowlistedSystem, null)],
        ScopeKind.ServicePeer => [(ScopeKind.Service, name), (ScopeKind.Peer, null)],
        ScopeKind.ProtocolPeer => [(ScopeKind.Protocol, name), (ScopeKind.Peer, null)],
        ScopeKind.Connection or ScopeKind.Stream => [(ScopeKind.Peer, null), (ScopeKind.System, null)],
        _ => [],
    };
}
