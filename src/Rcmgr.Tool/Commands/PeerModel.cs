using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Tool.Commands;

/// <summary>What the peers of a host do, on average and at the same time.</summary>
/// <param name="Peers">Connected peers.</param>
/// <param name="ConnectionsPerPeer">Connections of one peer, each with a file descriptor, as TCP has.</param>
/// <param name="StreamsPerPeer">Streams of one peer.</param>
/// <param name="InboundPercent">How many of the connections and streams remote peers open; the rest is this host's.</param>
/// <param name="TransientPercent">How many of the connections and streams are being negotiated at the same time.</param>
/// <param name="ConnectionMemory">Bytes that one connection reserves.</param>
/// <param name="StreamMemory">Bytes that one stream reserves.</param>
internal sealed record PeerModel(
    long Peers,
    long ConnectionsPerPeer,
    long StreamsPerPeer,
    long InboundPercent,
    long TransientPercent,
    long ConnectionMemory,
    long StreamMemory)
{
    // What this library's own host reserves: a stream's first window and a copy buffer.
    public const long DefaultStreamMemory = 320 << 10;

    /// <summary>More peers than a host can have connections with.</summary>
    public const long MostPeers = 10_000_000;

    // A petabyte: no host has it, and products of it with increases stay far from the end of 64 bits.
    private const long MostMemory = 1L << 50;

    /// <summary>What this library's own host reserves: the buffers of Noise and yamux.</summary>
    public static long DefaultConnectionMemory => NoiseProtocol.TransportBufferBytes + YamuxOptions.Default.SessionBufferBytes;

    public long Connections => Peers * ConnectionsPerPeer;

    public long Streams => Peers * StreamsPerPeer;

    public long Memory =>
        (long)Int128.Min(((Int128)Connections * ConnectionMemory) + ((Int128)Streams * StreamMemory), MostMemory);

    /// <summary>What the limits must have room for.</summary>
    public IEnumerable<PeerNeed> Needs() =>
    [
        .. Counts(ScopeKind.System, Connections, Streams, 100),
        new(ScopeKind.System, LimitField.Memory, Memory),
        .. Counts(ScopeKind.Transient, Connections, Streams, TransientPercent),
        new(ScopeKind.Transient, LimitField.Memory, Share(Memory, TransientPercent)),
        .. Counts(ScopeKind.Peer, ConnectionsPerPeer, StreamsPerPeer, 100),
        new(ScopeKind.Peer, LimitField.Memory, (ConnectionsPerPeer * ConnectionMemory) + (StreamsPerPeer * StreamMemory)),
        new(ScopeKind.Connection, LimitField.Memory, ConnectionMemory),
        new(ScopeKind.Stream, LimitField.Memory, StreamMemory),
    ];

    private IEnumerable<PeerNeed> Counts(ScopeKind kind, long connections, long streams, long percent) =>
    [
        new(kind, LimitField.Conns, Share(connections, percent)),
        new(kind, LimitField.ConnsInbound, Share(Share(connections, InboundPercent), percent)),
        new(kind, LimitField.ConnsOutbound, Share(Share(connections, 100 - InboundPercent), percent)),
        new(kind, LimitField.FD, Share(connections, percent)),
        new(kind, LimitField.Streams, Share(streams, percent)),
        new(kind, LimitField.StreamsInbound, Share(Share(streams, InboundPercent), percent)),
        new(kind, LimitField.StreamsOutbound, Share(Share(streams, 100 - InboundPercent), percent)),
    ];

    private static long Share(long amount, long percent) => (long)((((Int128)amount * percent) + 99) / 100);
}

/// <summary>What the limits of a class of scopes must have room for.</summary>
internal readonly record struct PeerNeed(ScopeKind Kind, LimitField Field, long Amount)
{
    public string Key => $"{LimitSection.Key(Kind, null)}.{Field.Name()}";
}
