namespace Rcmgr;

/// <summary>What a <see cref="PeerDistribution"/> is about.</summary>
internal enum PeerQuantity : byte
{
    ConnectionsInbound,
    ConnectionsOutbound,
    StreamsInbound,
    StreamsOutbound,
    Memory,
}
