namespace Rcmgr;

/// <summary>
/// The account of one stream: transient at first, then its protocol's, then also its service's (specification §1.2, §3.3 to
/// §3.5). Dispose it when the stream is closed and its handler has returned; disposing it again does nothing.
/// </summary>
public sealed class StreamScope : ResourceScope, IDisposable
{
    internal StreamScope(AccountingEngine engine, long id, Direction direction, PeerScope peer)
        : base(engine)
    {
        Id = id;
        Direction = direction;
        Peer = peer;
    }

    /// <inheritdoc/>
    public override ScopeKind Kind => ScopeKind.Stream;

    /// <summary>Who opened the stream.</summary>
    public Direction Direction { get; }

    /// <summary>The account of the stream's peer.</summary>
    public ResourceScope PeerScope => Peer;

    /// <summary>The account of the stream's protocol; null until <see cref="SetProtocol"/> has succeeded.</summary>
    public ResourceScope? ProtocolScope => ProtocolPeer?.Group;

    /// <summary>The account of the stream's service; null until <see cref="SetService"/> has succeeded.</summary>
    public ResourceScope? ServiceScope => ServicePeer?.Group;

    internal long Id { get; }

    internal PeerScope Peer { get; }

    internal PeerSubScope? ProtocolPeer;

    internal PeerSubScope? ServicePeer;

    internal override ResourceLimits ConfiguredLimits => Engine.ConfiguredLimits.Stream;

    internal override Ancestors Ancestors => new()
    {
        Peer = Peer,
        ProtocolPeer = ProtocolPeer,
        ServicePeer = ServicePeer,
        FirstWide = ProtocolPeer is null ? Engine.Transient : ProtocolPeer.Group,
        MiddleWide = ServicePeer?.Group,
        LastWide = Engine.System,
    };

    /// <summary>
    /// Moves the stream, and the memory that it holds, from the transient scope to its protocol's (specification §3.4). On
    /// refusal the stream stays as it was, and another protocol may be tried.
    /// </summary>
    /// <param name="protocol">The protocol's identifier.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <exception cref="ArgumentException"><paramref name="protocol"/> is null or empty.</exception>
    public bool TrySetProtocol(string protocol, out Refusal refusal)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        return Engine.TrySetProtocol(this, protocol, out refusal);
    }

    /// <summary>Sets the protocol as <see cref="TrySetProtocol"/> does, or throws.</summary>
    /// <param name="protocol">The protocol's identifier.</param>
    /// <exception cref="ArgumentException"><paramref name="protocol"/> is null or empty.</exception>
    /// <exception cref="ResourceLimitExceededException">A limit of the protocol would be exceeded.</exception>
    /// <exception cref="ScopeClosedException">The stream is closed.</exception>
    /// <exception cref="ScopeStateException">The protocol is set already.</exception>
    public void SetProtocol(string protocol)
    {
        if (!TrySetProtocol(protocol, out Refusal refusal))
            throw refusal.ToException();
    }

    /// <summary>
    /// Charges the stream, and the memory that it holds, to a service as well (specification §3.5). On refusal the stream
    /// stays as it was.
    /// </summary>
    /// <param name="service">The service's name.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <exception cref="ArgumentException"><paramref name="service"/> is null or empty.</exception>
    public bool TrySetService(string service, out Refusal refusal)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return Engine.TrySetService(this, service, out refusal);
    }

    /// <summary>Sets the service as <see cref="TrySetService"/> does, or throws.</summary>
    /// <param name="service">The service's name.</param>
    /// <exception cref="ArgumentException"><paramref name="service"/> is null or empty.</exception>
    /// <exception cref="ResourceLimitExceededException">A limit of the service would be exceeded.</exception>
    /// <exception cref="ScopeClosedException">The stream is closed.</exception>
    /// <exception cref="ScopeStateException">The service is set already, or no protocol is.</exception>
    public void SetService(string service)
    {
        if (!TrySetService(service, out Refusal refusal))
            throw refusal.ToException();
    }

    /// <summary>Releases all that the stream holds.</summary>
    public void Dispose() => Engine.Close(this);
}
