using System.Net;

namespace Rcmgr;

/// <content>Connections: opening them, moving them to their peer, closing them (specification §3.1, §3.2, §2.4).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override ConnectionScope? TryOpenConnection(
        Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, out Refusal refusal)
    {
        UsageVector delta = UsageVector.OfConnection(direction, usesFileDescriptor);
        if (TryChargeConnection(delta, isAllowlisted: false, out long id, out refusal))
            return CreateConnection(id, delta, direction, remoteAddress, isAllowlisted: false);

        // Normal capacity comes first; the allowlist is only asked when there is none left.
        if (remoteAddress is not null && _allowlist.Allows(remoteAddress)
            && TryChargeConnection(delta, isAllowlisted: true, out id, out refusal))
        {
            return CreateConnection(id, delta, direction, remoteAddress, isAllowlisted: true);
        }

        Refusals.Count(refusal);
        return null;
    }

    public override bool TrySetPeer(ConnectionScope connection, PeerKey peer, out Refusal refusal)
    {
        // Asked outside the gate: the list may be long. Whether the connection is allowlisted at all is decided inside.
        bool staysAllowlisted = connection.Allowlisted && connection.RemoteAddress is { } address && _allowlist.Allows(address, peer);
        bool done;
        using (_gate.EnterScope())
            done = TryMoveToPeer(connection, peer, staysAllowlisted, out refusal);
        if (!done)
            Refusals.Count(refusal);
        return done;
    }

    public override void Close(ConnectionScope connection)
    {
        using (_gate.EnterScope())
            CloseConnection(connection);
    }

    private bool TryChargeConnection(in UsageVector delta, bool isAllowlisted, out long id, out Refusal refusal)
    {
        id = 0;
        WideScope transient = isAllowlisted ? AllowlistedTransient : Transient;
        WideScope system = isAllowlisted ? AllowlistedSystem : System;
        using (_gate.EnterScope())
        {
            if (!LimitCheck.Allows(ConfiguredLimits.Connection, default, delta, ChargeParts.Connections, out Violation violation))
            {
                refusal = Refusal.OfLimit(ScopeKind.Connection, null, null, violation);
                return false;
            }

            if (!TryChargeWide(transient, delta, ChargeParts.Connections, out refusal))
                return false;
            if (!TryChargeWide(system, delta, ChargeParts.Connections, out refusal))
            {
                TWide.Return(transient, delta);
                return false;
            }

            id = ++_lastConnectionId;
            return true;
        }
    }

    private ConnectionScope CreateConnection(
        long id, in UsageVector delta, Direction direction, IPAddress? remoteAddress, bool isAllowlisted)
    {
        try
        {
            return new ConnectionScope(
                this, id, direction, delta.FileDescriptors > 0, remoteAddress, isAllowlisted)
            { Held = delta };
        }
        catch (OutOfMemoryException)
        {
            using (_gate.EnterScope())
            {
                ReturnWide(isAllowlisted ? AllowlistedTransient : Transient, delta);
                ReturnWide(isAllowlisted ? AllowlistedSystem : System, delta);
            }

            throw;
        }
    }

    private bool TryMoveToPeer(ConnectionScope connection, PeerKey key, bool staysAllowlisted, out Refusal refusal)
    {
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

        if (connection.Allowlisted && !staysAllowlisted && !TryRevokeAllowlisting(connection, out refusal))
            return false;

        if (!TryAdmitToPeer(key, connection.Held, out PeerScope? peer, out refusal))
            return false;

        peer.Held.Add(connection.Held);
        peer.References++;
        connection.Peer = peer;
        ReturnWide(connection.Allowlisted ? AllowlistedTransient : Transient, connection.Held);
        return true;
    }

    /// <summary>
    /// Moves a connection from the allowlisted roots to the normal ones. When those have no room the connection is closed: it
    /// could be charged to nothing, and what nothing is charged with nothing limits (specification §3.2).
    /// </summary>
    private bool TryRevokeAllowlisting(ConnectionScope connection, out Refusal refusal)
    {
        if (!TryChargeNormalRoots(connection.Held, out refusal))
        {
            CloseConnection(connection);
            return false;
        }

        ReturnWide(AllowlistedTransient, connection.Held);
        ReturnWide(AllowlistedSystem, connection.Held);
        connection.Allowlisted = false;
        connection.IsRevoked = true;
        return true;
    }

    private bool TryChargeNormalRoots(in UsageVector delta, out Refusal refusal)
    {
        bool inSystem = TryChargeWide(System, delta, ChargeParts.Transfer, out refusal);
        if (!inSystem && !refusal.IsWrap)
            return false;
        bool inTransient = TryChargeWide(Transient, delta, ChargeParts.Transfer, out Refusal transientRefusal);
        if (inSystem && inTransient)
            return true;

        // A limit that somebody set is named before a counter that would wrap.
        if (inSystem || (!inTransient && !transientRefusal.IsWrap))
            refusal = transientRefusal;
        if (inSystem)
            TWide.Return(System, delta);
        if (inTransient)
            TWide.Return(Transient, delta);
        return false;
    }

    private void CloseConnection(ConnectionScope connection)
    {
        if (connection.IsClosed)
            return;
        Ancestors ancestors = connection.Ancestors;
        ReturnToAncestors(ancestors, connection.Held);
        connection.IsClosed = true;
        connection.Held = default;
        if (ancestors.Peer is { } peer)
            DropReference(peer);
    }
}
