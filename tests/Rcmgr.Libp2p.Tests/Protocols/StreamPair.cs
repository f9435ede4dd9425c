using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Tests.Muxing;

namespace Rcmgr.Libp2p.Tests.Protocols;

/// <summary>Both ends of one stream over a session in memory, each accounted for by a manager of its own, protocol set.</summary>
internal sealed class StreamPair : IAsyncDisposable
{
    private readonly YamuxConnection _clientSession;
    private readonly YamuxConnection _serverSession;

    private StreamPair(YamuxConnection clientSession, YamuxConnection serverSession, PeerStream client, PeerStream server)
    {
        _clientSession = clientSession;
        _serverSession = serverSession;
        Client = client;
        Server = server;
    }

    public static HostIdentity ClientIdentity { get; } = HostIdentity.Generate();

    public static HostIdentity ServerIdentity { get; } = HostIdentity.Generate();

    public static Multiaddress ClientAddress { get; } = Multiaddress.Parse("/ip4/127.0.0.1/tcp/1001");

    public static Multiaddress ServerAddress { get; } = Multiaddress.Parse("/ip4/127.0.0.1/tcp/2002");

    /// <summary>The end that opened the stream.</summary>
    public PeerStream Client { get; }

    /// <summary>The end that a handler serves.</summary>
    public PeerStream Server { get; }

    public static async Task<StreamPair> OpenAsync(
        string protocol, ResourceManagerLimits? client = null, ResourceManagerLimits? server = null, TimeProvider? time = null,
        object? connection = null)
    {
        (YamuxConnection clientSession, YamuxConnection serverSession) = Sessions.Pair();
        MuxedStream opened = await clientSession.OpenStreamAsync(Sessions.Deadline);
        MuxedStream accepted = await serverSession.AcceptOneAsync(Sessions.Deadline);
        return new StreamPair(
            clientSession,
            serverSession,
            Account(ServerIdentity.PeerId, ServerAddress, protocol, opened, client, Direction.Outbound, time, null),
            Account(ClientIdentity.PeerId, ClientAddress, protocol, accepted, server, Direction.Inbound, time, connection));
    }

    /// <summary>Limits under which a service may hold so many bytes and streams.</summary>
    public static ResourceManagerLimits Service(long memory = long.MaxValue, long streams = long.MaxValue) => ResourceManagerLimits.Infinite with
    {
        ServiceDefault = ResourceLimits.AllowAll with { Memory = memory, Streams = streams },
    };

    /// <summary>Runs a handler on the server's end as the swarm does: what the stream holds is released after it.</summary>
    public async Task ServeAsync(IStreamHandler handler, CancellationTokenSource? stop = null)
    {
        try
        {
            await handler.HandleAsync(Server, stop?.Token ?? CancellationToken.None);
        }
        finally
        {
            await EndServerAsync();
        }
    }

    /// <summary>Ends the server's end as the swarm does when its handler has returned.</summary>
    public async Task EndServerAsync()
    {
        await Server.DisposeAsync();
        Server.Scope.Dispose();
    }

    /// <summary>The code with which the other end resets the stream, read at this one.</summary>
    public static async Task<uint> ReadResetAsync(PeerStream stream)
    {
        StreamResetException reset = await Assert.ThrowsAsync<StreamResetException>(() => Sessions.ReadToEndAsync(stream.Stream, Sessions.Deadline));
        Assert.True(reset.ByRemote);
        return reset.Code;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await EndServerAsync();
        await _clientSession.DisposeAsync();
        await _serverSession.DisposeAsync();
    }

    private static PeerStream Account(
        PeerId peer,
        Multiaddress address,
        string protocol,
        MuxedStream stream,
        ResourceManagerLimits? limits,
        Direction direction,
        TimeProvider? time,
        object? connection)
    {
        StreamScope scope = new ResourceManager(limits ?? ResourceManagerLimits.Infinite).OpenStream(peer.Key, direction);
        scope.SetProtocol(protocol);
        return new PeerStream(peer, address, protocol, stream, scope, time) { Connection = connection };
    }
}
