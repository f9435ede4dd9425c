using System.Net;

namespace Rcmgr;

/// <summary>
/// The account of one connection: transient at first, then its peer's (specification §1.2, §3.2). Dispose it when the
/// connection is gone; disposing it again, or from several threads at once, does nothing.
/// </summary>
public sealed class ConnectionScope : ResourceScope, IDisposable
{
    // What counts this connection for its address; taken out under the gate by whoever gives the slot back, so that it comes back once.
    private AddressSlot? _slot;

    internal ConnectionScope(
        Shard shard, long id, Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, bool isAllowlisted)
        : base(shard)
    {
        Id = id;
        Direction = direction;
        UsesFileDescriptor = usesFileDescriptor;
        RemoteAddress = remoteAddress;
        Allowlisted = isAllowlisted;
    }

    /// <inheritdoc/>
    public override ScopeKind Kind => ScopeKind.Connection;

    /// <summary>Who opened the connection.</summary>
    public Direction Direction { get; }

    /// <summary>Whether the connection is charged with a file descriptor.</summary>
    public bool UsesFileDescriptor { get; }

    /// <summary>The remote address, when the endpoint has one.</summary>
    public IPAddress? RemoteAddress { get; }

    /// <summary>Whether the connection was admitted through the allowlist and still is (specification §6).</summary>
    public bool IsAllowlisted => Allowlisted;

    /// <summary>The account of the connection's peer; null until <see cref="SetPeer"/> has succeeded.</summary>
    public ResourceScope? PeerScope => Peer?.Expose();

    internal long Id { get; }

    internal bool Allowlisted;

    /// <summary>Whether the connection has lost its place on the allowlist: its list then names the system scope first (specification §1.2).</summary>
    internal bool IsRevoked;

    internal PeerScope? Peer;

    /// <summary>What the connection counts for, but for its memory (see <see cref="PackedCounts"/>).</summary>
    internal ulong Unit => PackedCounts.OfConnection(Direction, UsesFileDescriptor);

    internal override ResourceLimits ConfiguredLimits => Engine.ConfiguredLimits.Connection;

    internal override UsageVector Held => IsClosed ? default : PackedCounts.Unpack(Unit, Memory);

    /// <summary>
    /// Moves the connection, and the memory that it holds, from the transient scope to its peer's (specification §3.2). On
    /// refusal the connection stays as it was and can still be disposed or tried again, with one exception: an allowlisted
    /// connection whose peer turns out not to be allowlisted, and for which the normal scopes have no room, is closed.
    /// </summary>
    /// <param name="peer">The authenticated remote peer.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <exception cref="ArgumentNullException"><paramref name="peer"/> is null.</exception>
    public bool TrySetPeer(PeerKey peer, out Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (Engine.TrySetPeer(this, peer, out refusal))
            return true;
        if (IsClosed)
            Dispose();
        return false;
    }

    /// <summary>Sets the peer as <see cref="TrySetPeer"/> does, or throws.</summary>
    /// <param name="peer">The authenticated remote peer.</param>
    /// <exception cref="ArgumentNullException"><paramref name="peer"/> is null.</exception>
    /// <exception cref="ResourceLimitExceededException">The peer's limits would be exceeded.</exception>
    /// <exception cref="ScopeClosedException">The connection is closed.</exception>
    /// <exception cref="ScopeStateException">The peer is set already.</exception>
    public void SetPeer(PeerKey peer)
    {
        if (!TrySetPeer(peer, out Refusal refusal))
            throw refusal.ToException();
    }

    /// <summary>Releases all that the connection holds.</summary>
    public void Dispose() => Engine.Close(this)?.Return();

    /// <summary>Has the connection give back the slot of its address at its end. Before anybody else knows the connection.</summary>
    internal void HoldSlot(AddressSlot? slot) => _slot = slot;

    /// <summary>Under the gate of the connection's shard, when it is closed.</summary>
    internal AddressSlot? TakeSlot()
    {
        AddressSlot? slot = _slot;
        if (slot is not null)
            _slot = null;
        return slot;
    }
}
