using System.Net;

namespace Rcmgr.Tool.Soak;

/// <summary>
/// Limits that a soak's threads meet again and again. The streams that remotes open and the memory of the whole system keep their limits
/// for the whole soak: they are counted from outside.
/// </summary>
internal sealed class SoakLimits(int threads)
{
    private const long Plenty = 1_000_000;
    private const long StreamsOfThread = 64;

    /// <summary>The names of protocols and services.</summary>
    public static readonly string[] Groups = ["/soak/1.0.0", "/soak/2.0.0", "rare"];

    /// <summary>Addresses of which some share a subnet, some are allowlisted at times, and one is none.</summary>
    public static readonly IPAddress?[] Addresses =
    [
        null,
        .. Enumerable.Range(1, 6).Select(last => new IPAddress([192, 0, 2, (byte)last])),
        .. Enumerable.Range(1, 4).Select(last => new IPAddress([10, 0, 0, (byte)last])),
        IPAddress.Parse("2001:db8:0:1::1"), IPAddress.Parse("2001:db8:0:2::1"), IPAddress.Parse("::ffff:192.0.2.1"),
    ];

    /// <summary>Networks that come to the allowlist and leave it.</summary>
    public static readonly AllowlistEntry[] Allowed =
    [
        new(IPNetwork.Parse("10.0.0.0/30")),
        new(IPNetwork.Parse("192.0.2.0/30"), SoakPeers.Shared[0]),
        new(IPNetwork.Parse("2001:db8::/32")),
    ];

    public static readonly ConnectionLimits ByAddress = new()
    {
        SubnetsIPv4 = [new(32, 6), new(24, 20)],
        SubnetsIPv6 = [new(56, 6), new(48, 10)],
        RatesIPv4 = [new(32, new ConnectionRate(20_000, 200))],
        RatesIPv6 = [new(56, new ConnectionRate(20_000, 200))],
        IncludeOutbound = true,
    };

    public long StreamsInbound => StreamsOfThread * threads;

    public long Memory => (threads * 256L) << 10;

    /// <summary>The limits at the start and at the end.</summary>
    public ResourceManagerLimits Usual => ResourceManagerLimits.Infinite with
    {
        System = new(Plenty, StreamsInbound, 64, 40, 30, 30, 24, Memory),
        Transient = new(Plenty, StreamsInbound / 2, 16, 20, 16, 16, 16, Memory / 2),
        AllowlistedSystem = new(Plenty, Plenty, Plenty, 12, 10, 10, 8, Memory / 4),
        AllowlistedTransient = new(Plenty, Plenty, Plenty, 8, 8, 8, 8, Memory / 8),
        PeerDefault = new(20, 16, 5, 6, 5, 5, 5, 96 << 10),
        ProtocolPeerDefault = ResourceLimits.AllowAll with { StreamsInbound = 12, Memory = 64 << 10 },
        ServicePeerDefault = ResourceLimits.AllowAll with { StreamsInbound = 8, Memory = 48 << 10 },
        Stream = ResourceLimits.AllowAll with { Memory = 40 << 10 },
        Connection = ResourceLimits.AllowAll with { Memory = 40 << 10 },
    };

    /// <summary>Other limits, most of them lower.</summary>
    public ResourceManagerLimits Vary(Random random)
    {
        ResourceManagerLimits usual = Usual;
        return usual with
        {
            System = usual.System with { Connections = random.Next(8, 40), FileDescriptors = random.Next(4, 24), StreamsOutbound = random.Next(8, 64) },
            Transient = usual.Transient with { StreamsInbound = random.NextInt64(8, StreamsInbound), Memory = random.NextInt64(Memory) },
            PeerDefault = usual.PeerDefault with { Streams = random.Next(1, 20), Connections = random.Next(1, 6) },
            ProtocolDefault = ResourceLimits.AllowAll with { StreamsInbound = random.NextInt64(8, StreamsInbound), Memory = Memory / 3 },
            ServiceDefault = ResourceLimits.AllowAll with { Streams = random.NextInt64(8, StreamsInbound) },
            ProtocolPeerDefault = usual.ProtocolPeerDefault with { StreamsInbound = random.Next(1, 12) },
        };
    }

    /// <summary>Limits for one peer, protocol or service.</summary>
    public static ResourceLimits OfOne(Random random) =>
        ResourceLimits.AllowAll with { Streams = random.Next(1, 30), Connections = random.Next(1, 6), Memory = random.Next(128 << 10) };
}
