namespace Rcmgr;

/// <summary>
/// A part of the manager's peers with all that belongs to them: their scopes, their shares of protocols and services, their
/// streams, their connections and the spans on all of these. One gate guards it. A connection that has no peer yet belongs to
/// the shard in which it was opened.
/// </summary>
internal sealed class Shard
{
    private const int Line = 128;

    // What different cores write must not meet on one cache line. The collector keeps the order in which objects were made.
    private byte[]? _before;
    private byte[]? _after;

    public Shard(AccountingEngine engine, int index, Gate shared)
    {
        Engine = engine;
        Index = index;
        Shared = shared;
    }

    public AccountingEngine Engine { get; }

    public int Index { get; }

    public Gate Gate { get; private set; } = null!;

    /// <summary>Guards the wide scopes, for all shards. Entered after the shard's own gate.</summary>
    public Gate Shared { get; }

    public ShardAccount System { get; private set; } = null!;

    public ShardAccount Transient { get; private set; } = null!;

    public ShardAccount AllowlistedSystem { get; private set; } = null!;

    public ShardAccount AllowlistedTransient { get; private set; } = null!;

    public PeerTable Peers { get; } = new();

    /// <summary>The shard's accounts with protocols and services, by name.</summary>
    public Dictionary<string, ShardAccount> Protocols { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ShardAccount> Services { get; } = new(StringComparer.Ordinal);

    /// <summary>Limits that were set on a peer stay in force for its key after the scope has gone.</summary>
    public Dictionary<PeerKey, ResourceLimits> PeerOverrides { get; } = [];

    public LingerRing Lingering { get; } = new();

    public IdRange ConnectionIds;

    public IdRange StreamIds;

    /// <summary>Enters the gates of all shards in their order, which is the order for whoever enters more than one.</summary>
    public static void EnterAll(Shard[] shards)
    {
        foreach (Shard shard in shards)
            shard.Gate.Enter();
    }

    public static void ExitAll(Shard[] shards)
    {
        foreach (Shard shard in shards)
            shard.Gate.Exit();
    }

    /// <summary>Makes what the shard writes most, side by side: its gate and its accounts with the roots.</summary>
    public void Open(AccountingEngine roots)
    {
        _before = new byte[Line];
        Gate = new Gate();
        System = Open(roots.System);
        Transient = Open(roots.Transient);
        _after = new byte[Line];
        AllowlistedSystem = Open(roots.AllowlistedSystem);
        AllowlistedTransient = Open(roots.AllowlistedTransient);
        GC.KeepAlive(_before);
        GC.KeepAlive(_after);
    }

    public ShardAccount AccountOf(WideScope root) => root.Kind switch
    {
        ScopeKind.System => System,
        ScopeKind.Transient => Transient,
        ScopeKind.AllowlistedSystem => AllowlistedSystem,
        _ => AllowlistedTransient,
    };

    private ShardAccount Open(WideScope root)
    {
        ShardAccount account = new(root, this) { References = 1, Pins = 1 };
        root.Accounts[Index] = account;
        return account;
    }
}
