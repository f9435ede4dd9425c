namespace Rcmgr;

/// <content>Streams: opening them, giving them a protocol and a service, closing them (specification §3.3 to §3.5).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override StreamScope? TryOpenStream(PeerKey peer, Direction direction, out Refusal refusal)
    {
        UsageVector delta = UsageVector.OfStream(direction);
        if (!TryChargeStream(peer, delta, out PeerScope? scope, out long id, out refusal))
        {
            Refusals.Count(refusal);
            return null;
        }

        try
        {
            return new StreamScope(this, id, direction, scope!) { Held = delta };
        }
        catch (OutOfMemoryException)
        {
            using (_gate.EnterScope())
            {
                ReturnToAncestors(new() { Peer = scope, FirstWide = Transient, LastWide = System }, delta);
                DropReference(scope!);
            }

            throw;
        }
    }

    public override bool TrySetProtocol(StreamScope stream, string protocol, out Refusal refusal)
    {
        bool done;
        using (_gate.EnterScope())
            done = TryAttachProtocol(stream, protocol, out refusal);
        if (!done)
            Refusals.Count(refusal);
        return done;
    }

    public override bool TrySetService(StreamScope stream, string service, out Refusal refusal)
    {
        bool done;
        using (_gate.EnterScope())
            done = TryAttachService(stream, service, out refusal);
        if (!done)
            Refusals.Count(refusal);
        return done;
    }

    public override void Close(StreamScope stream)
    {
        using (_gate.EnterScope())
        {
            if (stream.IsClosed)
                return;
            ReturnToAncestors(stream.Ancestors, stream.Held);
            stream.IsClosed = true;
            stream.Held = default;
            if (stream.ServicePeer is { } servicePeer)
                DropReference(servicePeer);
            if (stream.ProtocolPeer is { } protocolPeer)
                DropReference(protocolPeer);
            DropReference(stream.Peer);
        }
    }

    private bool TryChargeStream(PeerKey key, in UsageVector delta, out PeerScope? peer, out long id, out Refusal refusal)
    {
        peer = null;
        id = 0;
        using (_gate.EnterScope())
        {
            if (!LimitCheck.Allows(ConfiguredLimits.Stream, default, delta, ChargeParts.Streams, out Violation violation))
            {
                refusal = Refusal.OfLimit(ScopeKind.Stream, null, null, violation);
                return false;
            }

            // The peer is asked first but made last, so that a refused stream of a new peer leaves nothing behind.
            if (!AllowsPeer(key, delta, ChargeParts.Streams, out refusal)
                || !TryChargeWide(Transient, delta, ChargeParts.Streams, out refusal))
            {
                return false;
            }

            if (!TryChargeWide(System, delta, ChargeParts.Streams, out refusal))
            {
                TWide.Return(Transient, delta);
                return false;
            }

            peer = GetOrAddPeer(key);
            peer.Held.Add(delta);
            peer.References++;
            id = ++_lastStreamId;
            return true;
        }
    }

    private bool TryAttachProtocol(StreamScope stream, string protocol, out Refusal refusal)
    {
        if (stream.IsClosed)
        {
            refusal = Refusal.OfClosed(stream);
            return false;
        }

        if (stream.ProtocolPeer is not null)
        {
            refusal = Refusal.OfState(stream);
            return false;
        }

        if (!TryAttach(stream, ScopeKind.Protocol, protocol, out PeerSubScope? attached, out refusal))
            return false;
        stream.ProtocolPeer = attached;
        ReturnWide(Transient, stream.Held);
        return true;
    }

    private bool TryAttachService(StreamScope stream, string service, out Refusal refusal)
    {
        if (stream.IsClosed)
        {
            refusal = Refusal.OfClosed(stream);
            return false;
        }

        if (stream.ServicePeer is not null || stream.ProtocolPeer is null)
        {
            refusal = Refusal.OfState(stream);
            return false;
        }

        if (!TryAttach(stream, ScopeKind.Service, service, out PeerSubScope? attached, out refusal))
            return false;
        stream.ServicePeer = attached;
        return true;
    }

    /// <summary>Charges all that a stream holds to a protocol or service, and to this peer's share of it.</summary>
    private bool TryAttach(StreamScope stream, ScopeKind kind, string name, out PeerSubScope? attached, out Refusal refusal)
    {
        attached = null;
        WideScope? existing = FindGroup(kind, name);
        PeerSubScope? existingShare = existing is null ? null : FindSubScope(stream.Peer, existing);

        // The peer's share is checked before anything is committed. If both refuse, the group is the one to be named.
        bool shareAllows = AllowsShare(stream, kind, name, existingShare, out Refusal shareRefusal);
        if (!AllowsGroup(kind, name, existing, stream.Held, commit: shareAllows, out WideScope? group, out refusal))
        {
            // A limit that somebody set is named before a counter that would wrap.
            if (refusal.IsWrap && !shareAllows && !shareRefusal.IsWrap)
                refusal = shareRefusal;
            return false;
        }

        if (!shareAllows)
        {
            refusal = shareRefusal;
            return false;
        }

        attached = existingShare ?? AddSubScope(stream.Peer, group!);
        attached.Held.Add(stream.Held);
        attached.References++;
        return true;
    }

    private bool AllowsShare(StreamScope stream, ScopeKind kind, string name, PeerSubScope? share, out Refusal refusal)
    {
        ResourceLimits limits = share?.CurrentLimits
            ?? (kind == ScopeKind.Protocol ? ConfiguredLimits.ProtocolPeerLimits(name) : ConfiguredLimits.ServicePeerLimits(name));
        if (LimitCheck.Allows(limits, share?.Held ?? default, stream.Held, ChargeParts.Transfer, out Violation violation))
        {
            refusal = default;
            return true;
        }

        ScopeKind shareKind = kind == ScopeKind.Protocol ? ScopeKind.ProtocolPeer : ScopeKind.ServicePeer;
        refusal = Refusal.OfLimit(shareKind, name, stream.Peer.Key, violation);
        return false;
    }

    private bool AllowsGroup(
        ScopeKind kind, string name, WideScope? existing, in UsageVector delta, bool commit, out WideScope? group, out Refusal refusal)
    {
        group = existing;
        if (existing is null)
        {
            // A name that nothing uses yet: ask its limits, so that a refusal makes no scope.
            if (!LimitCheck.Allows(GroupLimits(kind, name), default, delta, ChargeParts.Transfer, out Violation violation))
            {
                refusal = Refusal.OfLimit(kind, name, null, violation);
                return false;
            }

            refusal = default;
            if (!commit)
                return true;
            group = AddGroup(kind, name);
        }

        if (!TryChargeWide(group!, delta, ChargeParts.Transfer, out refusal))
            return false;
        if (!commit)
            TWide.Return(group!, delta);
        return true;
    }
}
