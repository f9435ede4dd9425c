using System.Net;

namespace Rcmgr;

/// <content>Connections: opening them, moving them to their peer, closing them (specification §3.1, §3.2, §2.4).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override ConnectionScope? TryOpenConnection(
        Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, out Refusal refusal)
    {
        Shard shard = _shards[Environment.CurrentManagedThreadId & (_shards.Length - 1)];
        bool isAllowlisted = false;
        if (!TryChargeConnection(shard, direction, usesFileDescriptor, isAllowlisted, out long id, out refusal))
        {
            // Normal capacity comes first; the allowlist is only asked when there is none left.
            isAllowlisted = remoteAddress is not null && _allowlist.Allows(remoteAddress);
            if (!isAllowlisted || !TryChargeConnection(shard, direction, usesFileDescriptor, isAllowlisted, out id, out refusal))
            {
                Refusals.Count(refusal);
                return null;
            }
        }

        ConnectionScope connection;
        try
        {
            connection = new(shard, id, direction, usesFileDescriptor, remoteAddress, isAllowlisted);
        }
        catch (OutOfMemoryException)
        {
            using (shard.Gate.EnterScope())
                GiveBackRoots(shard, isAllowlisted, PackedCounts.OfConnection(direction, usesFileDescriptor), memory: 0);
            throw;
        }

        LeafObserver?.Opened(connection);
        return connection;
    }

    public override bool TrySetPeer(ConnectionScope connection, PeerKey peer, out Refusal refusal)
    {
        // Asked outside the gate: the list may be long. Whether the connection is allowlisted at all is decided inside.
        bool wasAllowlisted = connection.Allowlisted;
        bool staysAllowlisted = wasAllowlisted && connection.RemoteAddress is { } address && _allowlist.Allows(address, peer);
        Shard target = ShardOf(peer);
        bool done;
        WideScope? unsettled;
        do
        {
            Shard home = EnterBoth(connection, target);
            try
            {
                done = TryMoveToPeer(connection, home, target, peer, staysAllowlisted, out refusal, out unsettled);
            }
            finally
            {
                ExitBoth(home, target);
            }

            if (unsettled is not null)
                TWide.Settle(unsettled, _shards);
        }
        while (unsettled is not null);

        if (!done)
            Refusals.Count(refusal);

        // If it was closed because it lost its place, the scope closes it as well, which tells everybody.
        if (done || (wasAllowlisted && !connection.Allowlisted))
            CapacityListener?.CapacityReleased(null);
        return done;
    }

    public override AddressSlot? Close(ConnectionScope connection)
    {
        Shard shard = EnterShardOf(connection);
        AddressSlot? slot;
        try
        {
            CloseConnection(shard, connection);
            slot = connection.TakeSlot();
        }
        finally
        {
            shard.Gate.Exit();
        }

        CapacityListener?.CapacityReleased(connection.Peer?.Key);
        LeafObserver?.Closed(connection);
        return slot;
    }

    private static void CountConnection(PeerScope peer, ConnectionScope connection, int change)
    {
        if (connection.Direction == Direction.Inbound)
            peer.ConnectionsInbound += change;
        else
            peer.ConnectionsOutbound += change;
        if (connection.UsesFileDescriptor)
            peer.FileDescriptors += change;
    }

    private static Shard EnterBoth(ConnectionScope connection, Shard target)
    {
        while (true)
        {
            Shard home = Volatile.Read(ref connection.Shard);
            (home.Index < target.Index ? home : target).Gate.Enter();
            if (!ReferenceEquals(home, target))
                (home.Index < target.Index ? target : home).Gate.Enter();
            if (ReferenceEquals(connection.Shard, home))
                return home;
            ExitBoth(home, target);
        }
    }

    private static void ExitBoth(Shard home, Shard target)
    {
        home.Gate.Exit();
        if (!ReferenceEquals(home, target))
            target.Gate.Exit();
    }

    private bool TryChargeConnection(
        Shard shard, Direction direction, bool usesFileDescriptor, bool isAllowlisted, out long id, out Refusal refusal)
    {
        id = 0;
        ulong unit = PackedCounts.OfConnection(direction, usesFileDescriptor);
        WideScope? unsettled;
        do
        {
            using (shard.Gate.EnterScope())
            {
                if (!LimitCheck.AllowsConnection(ConfiguredLimits.Connection, 0, 0, 0, direction, usesFileDescriptor))
                {
                    LimitCheck.Allows(
                        ConfiguredLimits.Connection, default, PackedCounts.Unpack(unit), ChargeParts.Connections, out Violation violation);
                    refusal = Refusal.OfLimit(ScopeKind.Connection, null, null, violation);
                    return false;
                }

                ShardAccount transient = isAllowlisted ? shard.AllowlistedTransient : shard.Transient;
                ShardAccount system = isAllowlisted ? shard.AllowlistedSystem : shard.System;
                if (TryChargeBoth(transient, system, unit, ChargeParts.Connections, out refusal, out unsettled))
                {
                    id = shard.ConnectionIds.Next(ref _lastConnectionId);
                    return true;
                }
            }

            if (unsettled is not null)
                TWide.Settle(unsettled, _shards);
        }
        while (unsettled is not null);

        return false;
    }

    private void GiveBackRoots(Shard shard, bool isAllowlisted, ulong unit, long memory)
    {
        if (isAllowlisted)
            GiveBack(shard.AllowlistedTransient, null, shard.AllowlistedSystem, unit, memory);
        else
            GiveBack(shard.Transient, null, shard.System, unit, memory);
    }

    /// <summary>Charges a unit to two wide scopes or to none.</summary>
    /// <param name="first">The scope that is asked first.</param>
    /// <param name="second">The scope that is asked next.</param>
    /// <param name="unit">See <see cref="PackedCounts"/>.</param>
    /// <param name="parts">The checks to run.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <param name="unsettled">A scope that refused without being strict: settle it and try again.</param>
    private bool TryChargeBoth(
        ShardAccount first, ShardAccount second, ulong unit, ChargeParts parts, out Refusal refusal, out WideScope? unsettled)
    {
        refusal = default;
        unsettled = null;
        if (TWide.CanTake(first, unit, 0, parts) && TWide.CanTake(second, unit, 0, parts))
        {
            TWide.Take(first, unit, 0);
            TWide.Take(second, unit, 0);
            return true;
        }

        using (_shared.EnterScope())
        {
            if (!TWide.TryCharge(first, unit, 0, parts, out Violation violation))
                return Refuse(first.Scope, violation, out refusal, out unsettled);
            if (TWide.TryCharge(second, unit, 0, parts, out violation))
                return true;
            Return(first, unit, 0);
            return Refuse(second.Scope, violation, out refusal, out unsettled);
        }
    }

    private static bool Refuse(WideScope scope, in Violation violation, out Refusal refusal, out WideScope? unsettled)
    {
        refusal = Refusal.OfLimit(scope, violation);
        unsettled = scope.IsStrict ? null : scope;
        return false;
    }

    private bool TryMoveToPeer(
        ConnectionScope connection,
        Shard home,
        Shard target,
        PeerKey key,
        bool staysAllowlisted,
        out Refusal refusal,
        out WideScope? unsettled)
    {
        unsettled = null;
        if (connection.IsClosed)
        {
            refusal = Refusal.OfClosed(connection);
            return false;
        }

        if (connection.Peer is not null)
        {
            refusal = Refusal.OfState(connection);
            return false;
        }

        if (connection.Allowlisted && !staysAllowlisted && !TryRevokeAllowlisting(connection, home, out refusal, out unsettled))
            return false;

        if (AdmitToPeer(target, key, connection, out refusal) is not { } peer)
            return false;

        peer.Memory += connection.Memory;
        CountConnection(peer, connection, 1);
        peer.References++;
        connection.Peer = peer;
        GiveBack(connection.Allowlisted ? home.AllowlistedTransient : home.Transient, null, null, connection.Unit, connection.Memory);
        if (!ReferenceEquals(home, target))
            MoveTo(target, connection, home);
        return true;
    }

    /// <summary>From now on the target gives back to the system scope what the home shard has taken for the connection.</summary>
    private static void MoveTo(Shard target, ConnectionScope connection, Shard home)
    {
        if (connection.Allowlisted)
            TWide.Move(target.AllowlistedSystem, home.AllowlistedSystem, connection.Unit);
        else
            TWide.Move(target.System, home.System, connection.Unit);
        Volatile.Write(ref connection.Shard, target);
    }

    private void CloseConnection(Shard shard, ConnectionScope connection)
    {
        if (connection.IsClosed)
            return;
        long memory = connection.Memory;
        connection.IsClosed = true;
        connection.Memory = 0;
        if (connection.Peer is not { } peer)
        {
            GiveBackRoots(shard, connection.Allowlisted, connection.Unit, memory);
            return;
        }

        ReturnMemory(ref peer.Memory, memory);
        CountConnection(peer, connection, -1);
        GiveBack(null, null, connection.Allowlisted ? shard.AllowlistedSystem : shard.System, connection.Unit, memory);
        DropReference(peer);
    }
}
