namespace Rcmgr;

/// <summary>
/// The accounting: admission, transitions and release over the scopes of one manager (specification §2, §3). Every operation
/// is atomic for every observer: it is done under the gate of one shard with what the shard has at hand, or else under that
/// gate and the shared one from its first effect to its last. Nobody sees a charge that is taken back again.
/// </summary>
/// <remarks>
/// Invariants, at every instant outside the gates: no scope holds more than the limits that were in force at its last charge
/// allow; a scope holds at least the sum of what is charged to it; no counter is negative; a shared scope is in its table and
/// open exactly while something refers to it or it holds memory; a closed scope holds nothing and is never charged again.
/// Order of gates: shards by index, then the shared gate. No callback, log or metric runs under a gate.
/// </remarks>
/// <typeparam name="TWide">How scopes that are shared by many peers count.</typeparam>
internal sealed partial class AccountingEngine<TWide> : AccountingEngine
    where TWide : struct, IWideAccounting
{
    private readonly Shard[] _shards;
    private readonly Allowlist _allowlist;

    // Guards the wide scopes: what they have granted, their accounts, and which of them there are.
    private readonly Gate _shared = new();
    private long _lastConnectionId;
    private long _lastStreamId;
    private long _faults;

    /// <param name="limits">The limits of every scope.</param>
    /// <param name="allowlist">Who may use the allowlisted roots.</param>
    /// <param name="shards">A power of two.</param>
    /// <param name="facade">What the scopes take for their engine, when it is not this one.</param>
    public AccountingEngine(ResourceManagerLimits limits, Allowlist allowlist, int shards, AccountingEngine? facade = null)
        : base(limits, shards)
    {
        _allowlist = allowlist;
        _shards = [.. Enumerable.Range(0, shards).Select(index => new Shard(facade ?? this, index, _shared))];
        System = CreateRoot(ScopeKind.System, null);
        Transient = CreateRoot(ScopeKind.Transient, System);
        AllowlistedSystem = CreateRoot(ScopeKind.AllowlistedSystem, null);
        AllowlistedTransient = CreateRoot(ScopeKind.AllowlistedTransient, AllowlistedSystem);
        foreach (Shard shard in _shards)
            shard.Open(this);
    }

    public override long Faults => Interlocked.Read(ref _faults);

    public override ScopeUsage ReadUsage(ResourceScope scope)
    {
        if (scope is WideScope wide)
        {
            Shard.EnterAll(_shards);
            try
            {
                return TWide.Read(wide).ToUsage();
            }
            finally
            {
                Shard.ExitAll(_shards);
            }
        }

        Shard shard = EnterShardOf(RootOf(scope));
        try
        {
            return scope.IsClosed ? default : scope.Held.ToUsage();
        }
        finally
        {
            shard.Gate.Exit();
        }
    }

    public override ResourceManagerSnapshot TakeSnapshot()
    {
        List<ScopeReport> reports = [];
        Shard.EnterAll(_shards);
        try
        {
            foreach (SharedScope scope in SharedScopes())
                reports.Add(Report(scope));
        }
        finally
        {
            Shard.ExitAll(_shards);
        }

        return new ResourceManagerSnapshot(reports);
    }

    public override void PinStrict()
    {
        Shard.EnterAll(_shards);
        try
        {
            foreach (WideScope scope in WideScopes())
                PinStrict(scope);
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }

    private static UsageVector Read(ResourceScope scope) => scope is WideScope wide ? TWide.Read(wide) : scope.Held;

    private static ScopeReport Report(ResourceScope scope) =>
        new(scope.Kind, scope.NameSubject, scope.NamePeer, Read(scope).ToUsage(), scope.CurrentLimits);

    /// <summary>The scope that a span, or a span of a span, was begun on; any other scope itself.</summary>
    private static ResourceScope RootOf(ResourceScope scope)
    {
        while (scope is SpanScope span)
            scope = span.Owner;
        return scope;
    }

    /// <summary>Enters the gate that guards a scope. A connection may move to its peer's shard meanwhile.</summary>
    private static Shard EnterShardOf(ResourceScope root)
    {
        while (true)
        {
            Shard shard = Volatile.Read(ref root.Shard);
            shard.Gate.Enter();
            if (ReferenceEquals(root.Shard, shard))
                return shard;
            shard.Gate.Exit();
        }
    }

    private static void PinStrict(WideScope scope)
    {
        scope.IsPinnedStrict = true;
        TWide.Configure(scope);
    }

    private Shard ShardOf(PeerKey peer) => _shards[peer.GetHashCode() & (_shards.Length - 1)];

    private WideScope CreateRoot(ScopeKind kind, WideScope? parent)
    {
        WideScope root = new(_shards[0], ConfiguredLimits.For(kind, null), kind, parent, _shards.Length);
        TWide.Configure(root);
        return root;
    }

    private void CountFault() => Interlocked.Increment(ref _faults);

    /// <summary>
    /// Gives a unit and memory back to up to three wide scopes: with what the shard may park, or under the shared gate.
    /// </summary>
    private void GiveBack(ShardAccount? first, ShardAccount? middle, ShardAccount? last, ulong unit, long memory)
    {
        if ((first is null || TWide.CanGive(first, unit, memory))
            && (middle is null || TWide.CanGive(middle, unit, memory))
            && (last is null || TWide.CanGive(last, unit, memory)))
        {
            if (first is not null)
                TWide.Give(first, unit, memory);
            if (middle is not null)
                TWide.Give(middle, unit, memory);
            if (last is not null)
                TWide.Give(last, unit, memory);
            return;
        }

        using (_shared.EnterScope())
        {
            Return(first, unit, memory);
            Return(middle, unit, memory);
            Return(last, unit, memory);
        }
    }

    private void Return(ShardAccount? account, ulong unit, long memory)
    {
        if (account is not null && !TWide.Return(account, unit, memory))
            CountFault();
    }
}
