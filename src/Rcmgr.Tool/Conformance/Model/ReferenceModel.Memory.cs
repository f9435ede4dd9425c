namespace Rcmgr.Tool.Conformance.Model;

/// <content>Memory, spans, views and replaced limits; which scopes there are.</content>
internal sealed partial class ReferenceModel
{
    private static readonly string[] Roots = ["system", "transient", "allowlistedSystem", "allowlistedTransient"];

    /// <summary>What every shared scope holds, by name.</summary>
    public Dictionary<string, ScopeUsage> SharedUsage() =>
        _scopes.Values.Where(scope => !scope.IsHandle).ToDictionary(scope => scope.Name, scope => scope.Usage);

    /// <summary>What a connection, stream or span holds.</summary>
    public ScopeUsage UsageOf(string id) => _scopes[id].Usage;

    public bool IsClosed(string id) => _scopes[id].IsClosed;

    /// <summary>Reserves on a handle, or on a shared scope as through a view.</summary>
    public ModelOutcome ReserveMemory(string on, long size, byte priority)
    {
        if (size < 0)
            return ModelOutcome.Negative;
        List<ModelScope> path = Path(GetOrAdd(on));
        ModelOutcome outcome = ModelChecks.Decide(path.SelectMany(scope =>
            scope.IsClosed ? [ModelOutcome.Closed(scope.Name)] : ModelChecks.Memory(scope, size, priority)));
        if (outcome.IsOk)
        {
            foreach (ModelScope scope in path)
                scope.Use[ModelScope.Memory] += size;
        }

        RemoveUnused();
        return outcome;
    }

    /// <summary>Releases from a handle, or from a shared scope as through a view.</summary>
    public ModelOutcome ReleaseMemory(string on, long size)
    {
        if (size < 0)
            return ModelOutcome.Negative;
        TakeUpwards(GetOrAdd(on), size);
        RemoveUnused();
        return ModelOutcome.Ok;
    }

    public ModelOutcome BeginSpan(string id, string on)
    {
        ModelScope owner = GetOrAdd(on);
        if (owner.IsClosed)
            return ModelOutcome.Closed(on);
        Put(new(id, owner.Limits) { IsHandle = true, Owner = on });
        return ModelOutcome.Ok;
    }

    public void SetLimits(string on, ResourceLimits limits)
    {
        ModelScope scope = GetOrAdd(on);
        scope.Limits = limits;
        if (!scope.IsHandle)
            _replacedLimits[on] = limits;
        RemoveUnused();
    }

    public void OpenView(string name) => GetOrAdd(name).Views++;

    public void CloseView(string name)
    {
        _scopes[name].Views--;
        RemoveUnused();
    }

    /// <summary>The scope, its owners up to one that is no span or is closed, then that one's list.</summary>
    private List<ModelScope> Path(ModelScope scope)
    {
        List<ModelScope> path = [scope];
        while (scope.Owner is string owner && !scope.IsClosed)
        {
            scope = _scopes[owner];
            path.Add(scope);
        }

        if (!scope.IsClosed)
            path.AddRange(scope.Above.Select(name => _scopes[name]));
        return path;
    }

    /// <summary>
    /// Releases from a scope to the top. A span's owner gives back no more than the span had; a closed owner has given back
    /// everything already.
    /// </summary>
    private void TakeUpwards(ModelScope scope, long size)
    {
        while (!scope.IsClosed)
        {
            long taken = Math.Min(size, scope.Use[ModelScope.Memory]);
            if (taken < size)
                Faults++;
            size = taken;
            scope.Use[ModelScope.Memory] -= size;
            if (scope.Owner is not string owner)
                break;
            scope = _scopes[owner];
        }

        if (scope.IsClosed)
            return;
        long[] amounts = new long[ModelScope.Length];
        amounts[ModelScope.Memory] = size;
        foreach (string above in scope.Above)
            TakeFrom(above, amounts);
    }

    private ModelScope GetOrAdd(string name)
    {
        if (_scopes.TryGetValue(name, out ModelScope? scope))
            return scope;
        int sub = name.IndexOf(".peer:", StringComparison.Ordinal);
        string group = sub < 0 ? name : name[..sub];
        string[] above = sub < 0 ? ["system"] : [];
        return Put(new(name, LimitsOf(name, group[(group.IndexOf(':', StringComparison.Ordinal) + 1)..], sub >= 0), above));
    }

    private ResourceLimits LimitsOf(string name, string key, bool isSub)
    {
        if (_replacedLimits.TryGetValue(name, out ResourceLimits? replaced))
            return replaced;
        if (name.StartsWith("peer:", StringComparison.Ordinal))
            return _limits.Peer.TryGetValue(new PeerKey(key), out ResourceLimits? own) ? own : _limits.PeerDefault;
        (IReadOnlyDictionary<string, ResourceLimits> named, ResourceLimits otherwise) = (name[0], isSub) switch
        {
            ('p', false) => (_limits.Protocol, _limits.ProtocolDefault),
            ('p', true) => (_limits.ProtocolPeer, _limits.ProtocolPeerDefault),
            ('s', false) => (_limits.Service, _limits.ServiceDefault),
            _ => (_limits.ServicePeer, _limits.ServicePeerDefault),
        };
        return named.TryGetValue(key, out ResourceLimits? limits) ? limits : otherwise;
    }

    /// <summary>A peer, protocol or service scope exists while something is charged to it, a span or view is open on it, or it holds memory.</summary>
    private void RemoveUnused()
    {
        HashSet<string> used = [.. Roots];
        foreach (ModelScope scope in _scopes.Values)
        {
            if (scope.IsHandle && !scope.IsClosed)
                used.UnionWith(scope.Owner is string owner ? [owner] : scope.Above);
            else if (!scope.IsHandle && (scope.Views > 0 || !scope.Usage.IsZero))
                used.Add(scope.Name);
        }

        foreach (string name in _scopes.Values.Where(scope => !scope.IsHandle && !used.Contains(scope.Name)).Select(scope => scope.Name).ToList())
            _scopes.Remove(name);
    }

    private ModelScope Put(ModelScope scope) => _scopes[scope.Name] = scope;
}
