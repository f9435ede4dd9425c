namespace Rcmgr;

/// <summary>
/// The ordered scopes that a reservation on a scope is charged to after the scope itself (specification §1.2). In every list
/// the scopes of one peer come before the wide ones, so the cheap local checks are made first.
/// </summary>
internal struct ChargePath
{
    public PeerScope? Peer;
    public PeerSubScope? ProtocolPeer;
    public PeerSubScope? ServicePeer;
    public ShardAccount? First;
    public ShardAccount? Middle;
    public ShardAccount? Last;

    /// <summary>The path of what is reserved on <paramref name="root"/>, which is no span: a span's owner says its path.</summary>
    public static ChargePath Of(Shard shard, ResourceScope root) => root switch
    {
        StreamScope stream => Of(shard, stream),
        ConnectionScope connection => Of(shard, connection),
        PeerScope => new() { Last = shard.System },
        WideScope { IsRoot: true } wide => Of(shard.AccountOf(wide), shard),
        WideScope group => Of(group.Accounts[shard.Index]!, shard),
        _ => default,
    };

    public static ChargePath Of(Shard shard, StreamScope stream) => new()
    {
        Peer = stream.Peer,
        ProtocolPeer = stream.ProtocolPeer,
        ServicePeer = stream.ServicePeer,
        First = stream.ProtocolPeer is { } protocolPeer ? protocolPeer.Account : shard.Transient,
        Middle = stream.ServicePeer?.Account,
        Last = shard.System,
    };

    public static ChargePath Of(Shard shard, ConnectionScope connection) => (connection.Peer, connection.Allowlisted) switch
    {
        (null, false) when connection.IsRevoked => new() { First = shard.System, Last = shard.Transient },
        (null, false) => new() { First = shard.Transient, Last = shard.System },
        (null, true) => new() { First = shard.AllowlistedTransient, Last = shard.AllowlistedSystem },
        (_, false) => new() { Peer = connection.Peer, Last = shard.System },
        (_, true) => new() { Peer = connection.Peer, Last = shard.AllowlistedSystem },
    };

    /// <summary>A wide scope stands first in its own list: the policy charges it, too.</summary>
    private static ChargePath Of(ShardAccount account, Shard shard) =>
        new() { First = account, Last = account.Scope.Parent is { } parent ? shard.AccountOf(parent) : null };
}
