namespace Rcmgr;

/// <content>
/// Which protocol and service scopes there are. Such a scope is known while a shard has an account with it or it holds memory,
/// and in use, so that it is seen and can be reserved on, while one of these accounts is referred to or it holds something.
/// The tables of scopes are under the shared gate, the accounts under the gate of their shard.
/// </content>
internal sealed partial class AccountingEngine<TWide>
{
    private readonly Dictionary<string, WideScope> _protocols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WideScope> _services = new(StringComparer.Ordinal);

    // Limits that were set on a live scope stay in force for its name after the scope has gone.
    private readonly Dictionary<string, ResourceLimits> _protocolOverrides = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceLimits> _serviceOverrides = new(StringComparer.Ordinal);

    public override ScopeView ViewGroup(ScopeKind kind, string name)
    {
        bool isService = kind == ScopeKind.Service;
        Shard home = HomeOf(name);
        using (home.Gate.EnterScope())
        {
            ShardAccount? account = FindAccount(home, isService, name);
            using (_shared.EnterScope())
                account ??= AddAccount(home, Groups(isService).GetValueOrDefault(name) ?? AddGroup(isService, name));
            ScopeView view = new(account.Scope);
            AddReference(account);
            return view;
        }
    }

    private static ShardAccount? FindAccount(Shard shard, bool isService, string name) =>
        (isService ? shard.Services : shard.Protocols).GetValueOrDefault(name);

    private static void AddReference(ShardAccount account)
    {
        account.References++;
        account.Pins++;
    }

    /// <summary>With the gates of all shards.</summary>
    private static bool IsInUse(WideScope scope) =>
        scope.IsRoot || Array.Exists(scope.Accounts, account => account is { References: > 0 }) || !TWide.Read(scope).IsZero;

    /// <summary>The shard in which a group is reserved on directly and viewed.</summary>
    private Shard HomeOf(string name) => _shards[name.GetHashCode(StringComparison.Ordinal) & (_shards.Length - 1)];

    private Dictionary<string, WideScope> Groups(bool isService) => isService ? _services : _protocols;

    private Dictionary<string, ResourceLimits> GroupOverrides(bool isService) => isService ? _serviceOverrides : _protocolOverrides;

    private ResourceLimits GroupLimits(bool isService, string name) =>
        GroupOverrides(isService).GetValueOrDefault(name)
        ?? (isService ? ConfiguredLimits.ServiceLimits(name) : ConfiguredLimits.ProtocolLimits(name));

    private WideScope AddGroup(bool isService, string name)
    {
        ScopeKind kind = isService ? ScopeKind.Service : ScopeKind.Protocol;
        WideScope group = new(HomeOf(name), GroupLimits(isService, name), kind, System, _shards.Length, name)
        {
            HasOwnLimits = GroupOverrides(isService).ContainsKey(name),
        };
        TWide.Configure(group);
        Groups(isService).Add(name, group);
        return group;
    }

    /// <summary>Opens an account that nothing pins yet. With the shard's gate and the shared one.</summary>
    private static ShardAccount AddAccount(Shard shard, WideScope group)
    {
        ShardAccount account = new(group, shard);
        (account.IsService ? shard.Services : shard.Protocols).Add(account.Name, account);
        group.Accounts[shard.Index] = account;
        group.AccountCount++;
        return account;
    }

    private void DropReference(ShardAccount account)
    {
        account.References--;
        account.Pins--;
        CloseIfUnpinned(account);
    }

    private void CloseIfUnpinned(ShardAccount account)
    {
        if (account.Pins > 0)
            return;
        using (_shared.EnterScope())
            CloseAccount(account);
    }

    /// <summary>Ends an account that nothing pins, and its group if that was the last. With the shard's gate and the shared one.</summary>
    private void CloseAccount(ShardAccount account)
    {
        Shard shard = account.Shard;
        WideScope group = account.Scope;
        (account.IsService ? shard.Services : shard.Protocols).Remove(account.Name);
        TWide.Close(account);
        group.Accounts[shard.Index] = null;
        group.AccountCount--;
        if (group.AccountCount > 0 || !group.Granted.IsZero)
            return;
        group.IsClosed = true;
        Groups(account.IsService).Remove(account.Name);
    }

    /// <summary>All wide scopes, also those not in use. With the gates of all shards.</summary>
    private IEnumerable<WideScope> WideScopes() =>
        [System, Transient, AllowlistedSystem, AllowlistedTransient, .. _services.Values, .. _protocols.Values];

    /// <summary>All shared scopes in use. With the gates of all shards.</summary>
    private IEnumerable<SharedScope> SharedScopes()
    {
        foreach (WideScope wide in WideScopes())
        {
            if (IsInUse(wide))
                yield return wide;
        }

        foreach (PeerScope peer in _shards.SelectMany(shard => shard.Peers.All()).Where(peer => !peer.IsClosed))
        {
            yield return peer;
            foreach (PeerSubScope sub in peer.SubScopes.All().Where(sub => !sub.IsClosed))
                yield return sub;
        }
    }
}
