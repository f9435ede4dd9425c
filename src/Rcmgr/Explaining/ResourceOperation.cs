using System.Net;

namespace Rcmgr;

/// <summary>An operation on a manager that can be explained before it is done (see <see cref="ResourceManager.Explain"/>). Immutable.</summary>
public sealed class ResourceOperation
{
    private readonly Func<Explainer, Explanation> _explain;

    private ResourceOperation(Func<Explainer, Explanation> explain)
    {
        _explain = explain;
    }

    /// <summary>What <see cref="ResourceManager.TryOpenConnection"/> would do.</summary>
    /// <param name="direction">Who opens the connection.</param>
    /// <param name="usesFileDescriptor">Whether the connection costs a file descriptor.</param>
    /// <param name="remoteAddress">The remote address; null when the endpoint has none.</param>
    public static ResourceOperation OpenConnection(Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress = null) =>
        new(explainer => explainer.OpenConnection(direction, usesFileDescriptor, remoteAddress));

    /// <summary>What <see cref="ConnectionScope.TrySetPeer"/> would do.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ResourceOperation SetPeer(ConnectionScope connection, PeerKey peer)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(peer);
        return new(explainer => explainer.SetPeer(connection, peer));
    }

    /// <summary>
    /// What <see cref="ResourceManager.TryOpenStream"/> would do, and <see cref="StreamScope.TrySetProtocol"/> and
    /// <see cref="StreamScope.TrySetService"/> on that stream right after.
    /// </summary>
    /// <param name="peer">The remote peer.</param>
    /// <param name="direction">Who opens the stream.</param>
    /// <param name="protocol">The protocol's identifier; null to ask about the stream alone.</param>
    /// <param name="service">The service's name; null for none. Needs a protocol.</param>
    /// <exception cref="ArgumentNullException"><paramref name="peer"/> is null.</exception>
    /// <exception cref="ArgumentException">A name is empty, or there is a service and no protocol.</exception>
    public static ResourceOperation OpenStream(PeerKey peer, Direction direction, string? protocol = null, string? service = null)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (protocol is { Length: 0 } || service is { Length: 0 })
            throw new ArgumentException("The name of a protocol or service is never empty.");
        if (service is not null && protocol is null)
            throw new ArgumentException("A stream gets a protocol before it gets a service.", nameof(service));
        return new(explainer => explainer.OpenStream(peer, direction, protocol, service));
    }

    /// <summary>What <see cref="ResourceScope.TryReserveMemory"/> would do.</summary>
    /// <param name="scope">The scope to reserve on.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="priority">How full a scope may get with this reservation; see <see cref="MemoryPriority"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="scope"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    public static ResourceOperation ReserveMemory(ResourceScope scope, long size, byte priority = MemoryPriority.Always)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new(explainer => explainer.ReserveMemory(scope, size, priority));
    }

    internal Explanation Explain(Explainer explainer) => _explain(explainer);
}
