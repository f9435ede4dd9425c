using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>The protocols that addresses are read with.</summary>
internal static class ProtocolTable
{
    private const int MaxNameLength = 255;
    private const int MaxZoneLength = 64;
    private const int MaxPathLength = 256;
    private const int MaxMultihashLength = 64 + 4;

    private static readonly ProtocolDescription[] All =
    [
        new(MultiaddressProtocol.Ip4, "ip4", ValueLayout.Fixed, 4, IpValues.ParseIp4, IpValues.FormatIp4),
        new(MultiaddressProtocol.Tcp, "tcp", ValueLayout.Fixed, 2, NumberValues.ParsePort, NumberValues.Format),
        new(MultiaddressProtocol.Ip6, "ip6", ValueLayout.Fixed, 16, IpValues.ParseIp6, IpValues.FormatIp6),
        Text(MultiaddressProtocol.Ip6Zone, "ip6zone", MaxZoneLength),
        new(MultiaddressProtocol.IpCidr, "ipcidr", ValueLayout.Fixed, 1, NumberValues.ParseByte, NumberValues.Format),
        Text(MultiaddressProtocol.Dns, "dns", MaxNameLength),
        Text(MultiaddressProtocol.Dns4, "dns4", MaxNameLength),
        Text(MultiaddressProtocol.Dns6, "dns6", MaxNameLength),
        Text(MultiaddressProtocol.DnsAddr, "dnsaddr", MaxNameLength),
        new(MultiaddressProtocol.Udp, "udp", ValueLayout.Fixed, 2, NumberValues.ParsePort, NumberValues.Format),
        Flag(MultiaddressProtocol.WebRtcDirect, "webrtc-direct"),
        Flag(MultiaddressProtocol.WebRtc, "webrtc"),
        Flag(MultiaddressProtocol.P2pCircuit, "p2p-circuit"),
        new(MultiaddressProtocol.Unix, "unix", ValueLayout.Path, MaxPathLength, TextValues.ParsePath, TextValues.FormatPath),
        new(MultiaddressProtocol.P2p, "p2p", ValueLayout.Prefixed, MaxMultihashLength, HashValues.ParsePeerId, HashValues.FormatPeerId),
        Flag(MultiaddressProtocol.Https, "https"),
        Flag(MultiaddressProtocol.Tls, "tls"),
        Text(MultiaddressProtocol.Sni, "sni", MaxNameLength),
        Flag(MultiaddressProtocol.Noise, "noise"),
        Flag(MultiaddressProtocol.Quic, "quic"),
        Flag(MultiaddressProtocol.QuicV1, "quic-v1"),
        Flag(MultiaddressProtocol.WebTransport, "webtransport"),
        new(
            MultiaddressProtocol.CertHash,
            "certhash",
            ValueLayout.Prefixed,
            MaxMultihashLength,
            HashValues.ParseMultihash,
            HashValues.FormatMultihash),
        Flag(MultiaddressProtocol.Ws, "ws"),
        Flag(MultiaddressProtocol.Wss, "wss"),
        Flag(MultiaddressProtocol.Http, "http"),
        new(MultiaddressProtocol.Memory, "memory", ValueLayout.Fixed, 8, NumberValues.ParseLong, NumberValues.Format),
    ];

    private static readonly FrozenDictionary<ulong, ProtocolDescription> ByCode = All.ToFrozenDictionary(p => (ulong)p.Protocol);

    private static readonly FrozenDictionary<string, ProtocolDescription> ByName = CreateByName();

    public static ProtocolDescription Get(MultiaddressProtocol protocol) => ByCode[(ulong)protocol];

    public static bool TryGet(ulong code, [NotNullWhen(true)] out ProtocolDescription? description) =>
        ByCode.TryGetValue(code, out description);

    public static bool TryGet(string name, [NotNullWhen(true)] out ProtocolDescription? description) =>
        ByName.TryGetValue(name, out description);

    private static FrozenDictionary<string, ProtocolDescription> CreateByName()
    {
        var names = All.ToDictionary(p => p.Name, StringComparer.Ordinal);
        // The older name of the same protocol; texts are written with the newer one.
        names["ipfs"] = names["p2p"];
        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static ProtocolDescription Flag(MultiaddressProtocol protocol, string name) =>
        new(protocol, name, ValueLayout.None, 0, static _ => [], static _ => "");

    private static ProtocolDescription Text(MultiaddressProtocol protocol, string name, int maxLength) =>
        new(protocol, name, ValueLayout.Prefixed, maxLength, TextValues.Parse, TextValues.Format);
}
