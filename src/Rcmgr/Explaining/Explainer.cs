using System.Net;

namespace Rcmgr;

/// <summary>
/// Says what would become of an operation: the rules of the accounting, asked instead of done. Each group of scopes is read at one
/// instant; nothing is made, charged or counted.
/// </summary>
/// <param name="engine">Whose scopes are asked.</param>
/// <param name="allowlist">Who may use the allowlisted scopes.</param>
/// <param name="admission">Who asks the addresses of connections; null when nothing limits them.</param>
/// <remarks>What opens a connection whose address was asked already explains it with <see cref="OpenAdmittedConnection"/>.</remarks>
internal sealed class Explainer(AccountingEngine engine, Allowlist allowlist, IAddressAdmission? admission = null)
{
    public Explanation OpenConnection(Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress) =>
        new(
            admission?.Peek(direction, remoteAddress) ?? AddressOutlook.Exempt(AddressExemption.NothingLimited),
            OpenAdmittedConnection(direction, usesFileDescriptor, remoteAddress));

    /// <summary>What the scopes would say of a connection whose address does not stand against it.</summary>
    public Explanation OpenAdmittedConnection(Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress)
    {
        UsageVector delta = UsageVector.OfConnection(direction, usesFileDescriptor);
        Judgement judgement = new();
        judgement.Ask(
            engine.Peek(new(ScopeKind.Connection), new(ScopeKind.Transient), new(ScopeKind.System)), delta, ChargeParts.Connections);
        if (judgement.IsAdmitted || remoteAddress is null || !allowlist.Allows(remoteAddress))
            return judgement.ToExplanation();

        judgement.TryAgain();
        judgement.Ask(
            engine.Peek(new(ScopeKind.Connection), new(ScopeKind.AllowlistedTransient), new(ScopeKind.AllowlistedSystem)),
            delta,
            ChargeParts.Connections);
        return judgement.ToExplanation(judgement.IsAdmitted);
    }

    public Explanation SetPeer(ConnectionScope connection, PeerKey peer)
    {
        Judgement judgement = new();
        PeekedScope own = engine.PeekPath(connection)[0];
        if (own.IsClosed)
            judgement.Refuse(Refusal.OfClosed(connection));
        else if (connection.Peer is not null)
            judgement.Refuse(Refusal.OfState(connection));
        if (!judgement.IsAdmitted)
            return judgement.ToExplanation();

        bool isAllowlisted = connection.IsAllowlisted;
        bool stays = isAllowlisted && connection.RemoteAddress is { } address && allowlist.Allows(address, peer);
        if (isAllowlisted && !stays)
            judgement.Ask(engine.Peek(new(ScopeKind.System), new(ScopeKind.Transient)), own.Held, ChargeParts.Transfer);
        judgement.Ask(engine.Peek(new ScopeKey(ScopeKind.Peer, peer)), own.Held, ChargeParts.Transfer);
        return judgement.ToExplanation(stays);
    }

    public Explanation OpenStream(PeerKey peer, Direction direction, string? protocol, string? service)
    {
        UsageVector delta = UsageVector.OfStream(direction);
        Judgement judgement = new();
        judgement.Ask(
            engine.Peek(new(ScopeKind.Stream), new(ScopeKind.Peer, peer), new(ScopeKind.Transient), new(ScopeKind.System)),
            delta,
            ChargeParts.Streams);
        if (protocol is not null)
            judgement.Ask(engine.Peek(new(ScopeKind.Protocol, protocol), new(ScopeKind.ProtocolPeer, protocol, peer)), delta, ChargeParts.Transfer);
        if (service is not null)
            judgement.Ask(engine.Peek(new(ScopeKind.Service, service), new(ScopeKind.ServicePeer, service, peer)), delta, ChargeParts.Transfer);
        return judgement.ToExplanation();
    }

    public Explanation SetProtocol(StreamScope stream, string protocol) =>
        Attach(stream, new(ScopeKind.Protocol, protocol), new(ScopeKind.ProtocolPeer, protocol, stream.Peer.Key), stream.ProtocolScope is null);

    public Explanation SetService(StreamScope stream, string service) =>
        Attach(
            stream,
            new(ScopeKind.Service, service),
            new(ScopeKind.ServicePeer, service, stream.Peer.Key),
            stream.ServiceScope is null && stream.ProtocolScope is not null);

    public Explanation ReserveMemory(ResourceScope scope, long size, byte priority)
    {
        Judgement judgement = new();
        judgement.Ask(engine.PeekPath(scope), new UsageVector { Memory = size }, ChargeParts.Memory, priority);
        return judgement.ToExplanation();
    }

    private Explanation Attach(StreamScope stream, ScopeKey group, ScopeKey share, bool isInState)
    {
        Judgement judgement = new();
        PeekedScope own = engine.PeekPath(stream)[0];
        if (own.IsClosed)
            judgement.Refuse(Refusal.OfClosed(stream));
        else if (!isInState)
            judgement.Refuse(Refusal.OfState(stream));
        else
            judgement.Ask(engine.Peek(group, share), own.Held, ChargeParts.Transfer);
        return judgement.ToExplanation();
    }
}
