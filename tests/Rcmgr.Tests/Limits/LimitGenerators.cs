using CsCheck;

namespace Rcmgr.Tests.Limits;

/// <summary>Random limits, with the words and the edge numbers more often than chance would have them.</summary>
internal static class LimitGenerators
{
    private static readonly Gen<string> Names = Gen.OneOf<string>(
        Gen.OneOf("", "a", "A", "libp2p.ping", "/ipfs/id/1.0.0", "/x/<y>&z", "'\"\\\n", "ключ", "\U0001F600"),
        Gen.String[Gen.Char.AlphaNumeric, 0, 8]);

    private static readonly Gen<long> ConcreteValues = Gen.OneOf<long>(
        Gen.OneOf(0, 1, long.MaxValue, long.MaxValue - 1, 1L << 53, (1L << 53) + 1),
        Gen.Long[0, long.MaxValue],
        Gen.Long[0, 5000]);

    private static readonly Gen<LimitValue> Values = Gen.OneOf<LimitValue>(
        Gen.OneOf(LimitValue.Default, LimitValue.Unlimited, LimitValue.BlockAll),
        ConcreteValues.Select(LimitValue.Of));

    public static Gen<ResourceLimits> Concrete { get; } = ConcreteValues.Array[8].Select(values =>
        new ResourceLimits(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]));

    public static Gen<PartialLimits> Partial { get; } = Values.Array[8].Select(values => new PartialLimits
    {
        Streams = values[0],
        StreamsInbound = values[1],
        StreamsOutbound = values[2],
        Connections = values[3],
        ConnectionsInbound = values[4],
        ConnectionsOutbound = values[5],
        FileDescriptors = values[6],
        Memory = values[7],
    });

    public static Gen<ResourceManagerLimits> ConcreteManager { get; } =
        Gen.Select(Concrete.Array[11], Map(Concrete).Array[5], (sections, maps) => new ResourceManagerLimits
        {
            System = sections[0],
            Transient = sections[1],
            AllowlistedSystem = sections[2],
            AllowlistedTransient = sections[3],
            ServiceDefault = sections[4],
            Service = maps[0],
            ServicePeerDefault = sections[5],
            ServicePeer = maps[1],
            ProtocolDefault = sections[6],
            Protocol = maps[2],
            ProtocolPeerDefault = sections[7],
            ProtocolPeer = maps[3],
            PeerDefault = sections[8],
            Peer = ByPeer(maps[4]),
            Connection = sections[9],
            Stream = sections[10],
        });

    public static Gen<PartialResourceManagerLimits> PartialManager { get; } =
        Gen.Select(Partial.Array[11], Map(Partial).Array[5], (sections, maps) => new PartialResourceManagerLimits
        {
            System = sections[0],
            Transient = sections[1],
            AllowlistedSystem = sections[2],
            AllowlistedTransient = sections[3],
            ServiceDefault = sections[4],
            Service = maps[0],
            ServicePeerDefault = sections[5],
            ServicePeer = maps[1],
            ProtocolDefault = sections[6],
            Protocol = maps[2],
            ProtocolPeerDefault = sections[7],
            ProtocolPeer = maps[3],
            PeerDefault = sections[8],
            Peer = ByPeer(maps[4]),
            Connection = sections[9],
            Stream = sections[10],
        });

    /// <summary>The limits of all scopes, in a fixed order for limits with the same names.</summary>
    public static IEnumerable<ResourceLimits> AllOf(ResourceManagerLimits limits) =>
    [
        limits.System, limits.Transient, limits.AllowlistedSystem, limits.AllowlistedTransient,
        limits.ServiceDefault, limits.ServicePeerDefault, limits.ProtocolDefault, limits.ProtocolPeerDefault,
        limits.PeerDefault, limits.Connection, limits.Stream,
        .. Sorted(limits.Service), .. Sorted(limits.ServicePeer), .. Sorted(limits.Protocol), .. Sorted(limits.ProtocolPeer),
    ];

    private static IEnumerable<ResourceLimits> Sorted(IReadOnlyDictionary<string, ResourceLimits> map) =>
        map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value);

    private static Gen<Dictionary<string, T>> Map<T>(Gen<T> value) =>
        Gen.Select(Names, value).Array[0, 4].Select(entries => entries.DistinctBy(entry => entry.Item1).ToDictionary(entry => entry.Item1, entry => entry.Item2));

    private static Dictionary<PeerKey, T> ByPeer<T>(Dictionary<string, T> map) =>
        map.ToDictionary(entry => new PeerKey("peer" + entry.Key), entry => entry.Value);
}
