namespace Rcmgr;

/// <content>
/// Which peer scopes there are, and their shares of protocols and services (specification §1.4, §1.5). Such a scope is made
/// when something is charged to it and ends with the last reference, unless it still holds memory. A few of those that ended
/// last linger, closed and empty, for the next stream or connection of the same peer (<see cref="LingerRing"/>).
/// All of it is under the gate of the peer's shard.
/// </content>
internal sealed partial class AccountingEngine<TWide>
{
    public override ScopeView ViewPeer(PeerKey peer)
    {
        Shard shard = ShardOf(peer);
        using (shard.Gate.EnterScope())
        {
            PeerScope scope = UsePeer(shard, peer, shard.Peers.Find(peer)).Expose();
            ScopeView view = new(scope);
            scope.References++;
            return view;
        }
    }

    public override void EndView(SharedScope scope)
    {
        using (scope.Shard.Gate.EnterScope())
            DropReference(scope);
    }

    private ResourceLimits PeerLimits(Shard shard, PeerKey key) =>
        shard.PeerOverrides.GetValueOrDefault(key) ?? ConfiguredLimits.PeerLimits(key);

    /// <summary>Finds or makes the scope of a peer that has room for a connection. A refused peer gets no scope.</summary>
    private PeerScope? AdmitToPeer(Shard shard, PeerKey key, ConnectionScope connection, out Refusal refusal)
    {
        PeerScope? found = shard.Peers.Find(key);
        if (found is not null && HasRoom(found, connection))
        {
            refusal = default;
            return UsePeer(shard, key, found);
        }

        ResourceLimits limits = found?.CurrentLimits ?? PeerLimits(shard, key);
        if (LimitCheck.Allows(limits, found?.Held ?? default, connection.Held, ChargeParts.Transfer, out Violation violation))
        {
            refusal = default;
            return UsePeer(shard, key, found);
        }

        refusal = Refusal.OfLimit(ScopeKind.Peer, key, null, violation);
        return null;
    }

    private static bool HasRoom(PeerScope peer, ConnectionScope connection)
    {
        ResourceLimits limits = peer.CurrentLimits;
        return LimitCheck.AllowsMemory(limits, peer.Memory, connection.Memory, MemoryPriority.Always)
            && (long)peer.StreamsInbound + peer.StreamsOutbound <= limits.Streams
            && LimitCheck.AllowsConnection(
                limits,
                peer.ConnectionsInbound,
                peer.ConnectionsOutbound,
                peer.FileDescriptors,
                connection.Direction,
                connection.UsesFileDescriptor);
    }

    /// <summary>The open scope of a peer; <paramref name="found"/> is what the shard's table has of it.</summary>
    private PeerScope UsePeer(Shard shard, PeerKey key, PeerScope? found)
    {
        if (found is { IsClosed: false })
            return found;
        if (found is { IsExposed: false })
        {
            found.IsClosed = false;
            found.SpansBegun = 0;
            found.DirectMemory = 0;
            return found;
        }

        if (found is not null)
            Remove(found);
        PeerScope peer = new(shard, PeerLimits(shard, key), key) { HasOwnLimits = shard.PeerOverrides.ContainsKey(key) };
        shard.Peers.Add(peer);
        return peer;
    }

    /// <summary>The open share of a peer in a protocol or service; <paramref name="found"/> is what the peer has of it.</summary>
    private PeerSubScope UseSubScope(PeerScope peer, ShardAccount account, PeerSubScope? found)
    {
        if (found is { IsClosed: false })
            return found;
        if (found is null)
        {
            found = new PeerSubScope(ShareLimits(account.IsService, account.Name), account, peer);
            peer.SubScopes.Add(found);
            account.Pins++;
        }

        found.IsClosed = false;
        found.SpansBegun = 0;
        account.References++;
        peer.References++;
        return found;
    }

    private ResourceLimits ShareLimits(bool isService, string name) =>
        isService ? ConfiguredLimits.ServicePeerLimits(name) : ConfiguredLimits.ProtocolPeerLimits(name);

    private void DropReference(SharedScope scope)
    {
        switch (scope)
        {
            case PeerScope peer:
                DropReference(peer);
                break;
            case WideScope { IsRoot: false } group:
                DropReference(group.Accounts[group.Shard.Index]!);
                break;
        }
    }

    private void DropReference(PeerScope peer)
    {
        peer.References--;
        CloseIfUnused(peer);
    }

    private void CloseIfUnused(PeerScope peer)
    {
        if (peer.References > 0 || peer.IsClosed || !peer.HoldsNothing)
            return;
        peer.IsClosed = true;
        if (peer.IsExposed)
            Remove(peer);
        else
            Linger(peer);
    }

    private void DropReference(PeerSubScope sub)
    {
        if (--sub.References > 0)
            return;
        sub.IsClosed = true;
        sub.Account.References--;
        Linger(sub);
        DropReference(sub.Peer);
    }

    private void Linger(SharedScope scope)
    {
        if (scope.LingerPlace != 0 || scope.Shard.Lingering.Keep(scope) is not { IsClosed: true } evicted)
            return;
        if (evicted is PeerScope peer)
            Remove(peer);
        else
            Remove((PeerSubScope)evicted);
    }

    /// <summary>Ends a closed peer for good. What is left of its shares is closed, too: an open one would refer to the peer.</summary>
    private void Remove(PeerScope peer)
    {
        while (peer.SubScopes.Any is { } sub)
            Remove(sub);
        peer.Shard.Lingering.Forget(peer);
        peer.Shard.Peers.Remove(peer);
    }

    private void Remove(PeerSubScope sub)
    {
        sub.Shard.Lingering.Forget(sub);
        sub.Peer.SubScopes.Remove(sub);
        sub.Account.Pins--;
        CloseIfUnpinned(sub.Account);
    }
}
