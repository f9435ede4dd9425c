using System.Net;

namespace Rcmgr.Tool.Soak;

/// <summary>
/// Connections, streams and spans that several threads share. A place may be filled anew, disposed twice, or used by one thread while
/// another disposes it.
/// </summary>
/// <param name="manager">The manager.</param>
/// <param name="peers">Whose connections and streams they are.</param>
/// <param name="groups">The names of protocols and services.</param>
/// <param name="addresses">Where connections come from; null is a connection without an address.</param>
/// <param name="streams">The direction of every stream; null for both.</param>
internal sealed class ScopePool(ResourceManager manager, PeerKey[] peers, string[] groups, IPAddress?[] addresses, Direction? streams)
{
    private const int Verbs = 13;

    private readonly ConnectionScope?[] _connections = new ConnectionScope?[8];
    private readonly StreamScope?[] _streams = new StreamScope?[10];
    private readonly SpanScope?[] _spans = new SpanScope?[10];

    /// <summary>One random operation on what happens to be there.</summary>
    /// <returns>Whether there was something to do it with.</returns>
    public bool Step(Random random)
    {
        PeerKey peer = peers[random.Next(peers.Length)];
        string group = groups[random.Next(groups.Length)];
        return random.Next(Verbs) switch
        {
            0 or 1 => OpenConnection(random),
            2 or 3 => OpenStream(random, peer),
            4 => SetPeer(Any(_connections, random), peer),
            5 => SetProtocol(Any(_streams, random), group),
            6 => SetService(Any(_streams, random), group),
            7 => ReserveMemory(AnyScope(random), random),
            8 => BeginSpan(AnyScope(random), random),
            9 => Dispose(Any(_connections, random)),
            10 => Dispose(Any(_streams, random)),
            11 => Dispose(Any(_spans, random)),
            _ => UseView(random, peer, group),
        };
    }

    /// <summary>One of the scopes that are there; null when the place that was looked at is empty.</summary>
    public ResourceScope? AnyScope(Random random) => random.Next(3) switch
    {
        0 => Any(_connections, random),
        1 => Any(_streams, random),
        _ => Any(_spans, random),
    };

    /// <summary>Disposes all of them, twice.</summary>
    public void DisposeAll()
    {
        foreach (IDisposable? scope in (IEnumerable<IDisposable?>)[.. _spans, .. _connections, .. _streams])
        {
            scope?.Dispose();
            scope?.Dispose();
        }
    }

    private static T? Any<T>(T?[] places, Random random)
        where T : class =>
        Volatile.Read(ref places[random.Next(places.Length)]);

    private static void Replace<T>(T?[] places, Random random, T scope)
        where T : class, IDisposable =>
        Interlocked.Exchange(ref places[random.Next(places.Length)], scope)?.Dispose();

    private static bool SetPeer(ConnectionScope? connection, PeerKey peer)
    {
        connection?.TrySetPeer(peer, out _);
        return connection is not null;
    }

    private static bool SetProtocol(StreamScope? stream, string name)
    {
        stream?.TrySetProtocol(name, out _);
        return stream is not null;
    }

    private static bool SetService(StreamScope? stream, string name)
    {
        stream?.TrySetService(name, out _);
        return stream is not null;
    }

    private static bool ReserveMemory(ResourceScope? scope, Random random)
    {
        scope?.TryReserveMemory(random.Next(400), (byte)random.Next(256), out _);
        return scope is not null;
    }

    private static bool Dispose(IDisposable? scope)
    {
        scope?.Dispose();
        return scope is not null;
    }

    private bool OpenConnection(Random random)
    {
        IPAddress? address = addresses[random.Next(addresses.Length)];
        if (manager.TryOpenConnection((Direction)random.Next(2), random.Next(2) == 0, address, out ConnectionScope? opened, out _))
            Replace(_connections, random, opened);
        return true;
    }

    private bool OpenStream(Random random, PeerKey peer)
    {
        if (manager.TryOpenStream(peer, streams ?? (Direction)random.Next(2), out StreamScope? opened, out _))
            Replace(_streams, random, opened);
        return true;
    }

    private bool BeginSpan(ResourceScope? owner, Random random)
    {
        if (owner is null)
            return false;
        if (!owner.TryBeginSpan(out SpanScope? begun, out _))
            return true;
        begun.TryReserveMemory(random.Next(200), MemoryPriority.Always, out _);
        Replace(_spans, random, begun);
        return true;
    }

    private bool UseView(Random random, PeerKey peer, string group)
    {
        using ScopeView view = random.Next(3) switch
        {
            0 => manager.ViewPeer(peer),
            1 => manager.ViewProtocol(group),
            _ => manager.ViewService(group),
        };
        long size = random.Next(300);
        if (view.Scope.TryReserveMemory(size, MemoryPriority.High, out _))
            view.Scope.ReleaseMemory(size);
        return true;
    }
}
