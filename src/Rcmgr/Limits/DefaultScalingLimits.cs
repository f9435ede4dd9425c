namespace Rcmgr;

/// <summary>The network's common default limits, number by number (specification §4.5 and §4.6).</summary>
internal static class DefaultScalingLimits
{
    private const long KiB = 1L << 10;
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    // About 8 GB for a single peer, so no limit at all: 256 MiB and 16 KiB were added up where surely 256 KiB were meant.
    // Kept, because hosts compare their limits with those of other implementations.
    private const long OddPerPeerMemory = 32 * ((256 * MiB) + (16 * KiB));

    private const string IdentifyService = "libp2p.identify";
    private const string PingService = "libp2p.ping";
    private const string AutoNatService = "libp2p.autonat";
    private const string HolePunchService = "libp2p.holepunch";
    private const string RelayService = "libp2p.relay/v2";
    private const string IdentifyProtocol = "/ipfs/id/1.0.0";
    private const string IdentifyPushProtocol = "/ipfs/id/push/1.0.0";
    private const string PingProtocol = "/ipfs/ping/1.0.0";
    private const string AutoNatProtocol = "/libp2p/autonat/1.0.0";
    private const string HolePunchProtocol = "/libp2p/dcutr";
    private const string RelayHopProtocol = "/libp2p/circuit/relay/0.2.0/hop";
    private const string RelayStopProtocol = "/libp2p/circuit/relay/0.2.0/stop";

    private static readonly ScalingLimit CommonSystem = new(
        Limits(1024, 2048, 2048, 128 * MiB) with { ConnectionsInbound = 64, ConnectionsOutbound = 128, Connections = 128, FileDescriptors = 256 },
        Increase(1024, 2048, 2048, 1 * GiB) with
        {
            ConnectionsInbound = 64,
            ConnectionsOutbound = 128,
            Connections = 128,
            FileDescriptorFraction = 1,
        });

    private static readonly ScalingLimit CommonTransient = new(
        Limits(128, 256, 256, 32 * MiB) with { ConnectionsInbound = 32, ConnectionsOutbound = 64, Connections = 64, FileDescriptors = 64 },
        Increase(128, 256, 256, 128 * MiB) with
        {
            ConnectionsInbound = 16,
            ConnectionsOutbound = 32,
            Connections = 32,
            FileDescriptorFraction = 0.25,
        });

    public static ScalingLimits Common { get; } = new()
    {
        System = CommonSystem,
        Transient = CommonTransient,
        AllowlistedSystem = CommonSystem,
        AllowlistedTransient = CommonTransient,
        // Services and protocols have no connections because only streams are ever charged to them.
        ServiceDefault = new(Limits(1024, 4096, 4096, 64 * MiB), Increase(512, 2048, 2048, 128 * MiB)),
        ServicePeerDefault = new(Limits(128, 256, 256, 16 * MiB), Increase(4, 8, 8, 4 * MiB)),
        ProtocolDefault = new(Limits(512, 2048, 2048, 64 * MiB), Increase(256, 512, 512, 164 * MiB)),
        // The increase of 4 bytes is as published, where surely 4 MiB were meant.
        ProtocolPeerDefault = new(Limits(64, 128, 256, 16 * MiB), Increase(4, 8, 16, 4)),
        PeerDefault = new(
            // As many connections as a host dials to one peer at the same time.
            Limits(256, 512, 512, 64 * MiB) with { ConnectionsInbound = 8, ConnectionsOutbound = 8, Connections = 8, FileDescriptors = 4 },
            Increase(128, 256, 256, 128 * MiB) with { FileDescriptorFraction = 1.0 / 64 }),
        Connection = new(
            Limits(0, 0, 0, 32 * MiB) with { ConnectionsInbound = 1, ConnectionsOutbound = 1, Connections = 1, FileDescriptors = 1 },
            LimitIncrease.None),
        Stream = new(Limits(1, 1, 1, 16 * MiB), LimitIncrease.None),
    };

    public static ScalingLimits WithServices { get; } = Common with
    {
        Service = new Dictionary<string, ScalingLimit>
        {
            [IdentifyService] = Identify,
            [PingService] = Ping,
            [AutoNatService] = AutoNat,
            [HolePunchService] = HolePunch,
            [RelayService] = new(Limits(256, 256, 256, 16 * MiB), Increase(256, 256, 256, 16 * MiB)),
        },
        ServicePeer = new Dictionary<string, ScalingLimit>
        {
            [IdentifyService] = Fixed(16, 16, 32, 1 * MiB),
            [PingService] = PingPeer,
            [AutoNatService] = SingleUsePeer,
            [HolePunchService] = SingleUsePeer,
            [RelayService] = Fixed(64, 64, 64, 1 * MiB),
        },
        Protocol = new Dictionary<string, ScalingLimit>
        {
            [IdentifyProtocol] = Identify,
            [IdentifyPushProtocol] = Identify,
            [PingProtocol] = Ping,
            [AutoNatProtocol] = AutoNat,
            [HolePunchProtocol] = HolePunch,
            [RelayHopProtocol] = RelayProtocol,
            [RelayStopProtocol] = RelayProtocol,
        },
        ProtocolPeer = new Dictionary<string, ScalingLimit>
        {
            [IdentifyProtocol] = IdentifyProtocolPeer,
            [IdentifyPushProtocol] = IdentifyProtocolPeer,
            [PingProtocol] = PingPeer,
            [AutoNatProtocol] = SingleUsePeer,
            [HolePunchProtocol] = SingleUsePeer,
            [RelayHopProtocol] = Fixed(128, 128, 128, 32 * MiB),
            [RelayStopProtocol] = Fixed(128, 128, 128, 32 * MiB),
        },
    };

    private static ScalingLimit Identify => new(Limits(64, 64, 128, 4 * MiB), Increase(64, 64, 128, 4 * MiB));

    private static ScalingLimit IdentifyProtocolPeer => Fixed(16, 16, 32, OddPerPeerMemory);

    private static ScalingLimit Ping => new(Limits(64, 64, 64, 4 * MiB), Increase(64, 64, 64, 4 * MiB));

    private static ScalingLimit PingPeer => Fixed(2, 3, 4, OddPerPeerMemory);

    private static ScalingLimit AutoNat => new(Limits(64, 64, 64, 4 * MiB), Increase(4, 4, 4, 2 * MiB));

    private static ScalingLimit HolePunch => new(Limits(32, 32, 64, 4 * MiB), Increase(8, 8, 16, 4 * MiB));

    private static ScalingLimit SingleUsePeer => Fixed(2, 2, 2, 1 * MiB);

    private static ScalingLimit RelayProtocol => new(Limits(640, 640, 640, 16 * MiB), Increase(640, 640, 640, 16 * MiB));

    private static ScalingLimit Fixed(long inbound, long outbound, long total, long memory) =>
        new(Limits(inbound, outbound, total, memory), LimitIncrease.None);

    private static ResourceLimits Limits(long inbound, long outbound, long total, long memory) =>
        ResourceLimits.BlockAll with { StreamsInbound = inbound, StreamsOutbound = outbound, Streams = total, Memory = memory };

    private static LimitIncrease Increase(long inbound, long outbound, long total, long memory) =>
        new() { StreamsInbound = inbound, StreamsOutbound = outbound, Streams = total, Memory = memory };
}
