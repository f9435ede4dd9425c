using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Multiaddr;

/// <content>Making addresses from sockets and peers, and back.</content>
public sealed partial class Multiaddress
{
    /// <summary>The address of a TCP end point: <c>/ip4/…/tcp/…</c> or <c>/ip6/…/tcp/…</c>.</summary>
    /// <remarks>An IPv4-mapped address, as dual-mode sockets report it, becomes ip4. The scope of a link-local address is left out.</remarks>
    public static Multiaddress FromTcp(IPEndPoint endPoint) => FromEndPoint(endPoint, MultiaddressProtocol.Tcp);

    /// <summary>The address of a QUIC end point: <c>/ip4/…/udp/…/quic-v1</c> or <c>/ip6/…/udp/…/quic-v1</c>.</summary>
    /// <remarks>An IPv4-mapped address, as dual-mode sockets report it, becomes ip4. The scope of a link-local address is left out.</remarks>
    public static Multiaddress FromQuic(IPEndPoint endPoint) =>
        FromEndPoint(endPoint, MultiaddressProtocol.Udp, Component(MultiaddressProtocol.QuicV1, []));

    /// <summary>Whether this is exactly <c>/ip4|ip6/…/tcp/…</c>, with or without <c>/p2p/…</c> after it, and where it leads.</summary>
    public bool TryGetTcpEndPoint([NotNullWhen(true)] out IPEndPoint? endPoint) => TryGetEndPoint(out endPoint, MultiaddressProtocol.Tcp);

    /// <summary>Whether this is exactly <c>/ip4|ip6/…/udp/…/quic-v1</c>, with or without <c>/p2p/…</c> after it, and where it leads.</summary>
    public bool TryGetQuicEndPoint([NotNullWhen(true)] out IPEndPoint? endPoint) =>
        TryGetEndPoint(out endPoint, MultiaddressProtocol.Udp, MultiaddressProtocol.QuicV1);

    /// <summary>This address with <paramref name="peer"/> in a <c>/p2p</c> component at its end, in place of one that is there.</summary>
    /// <exception cref="MultiaddressFormatException">The result would exceed the bounds of an address.</exception>
    public Multiaddress WithPeer(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var kept = EndsWithPeer ? Components[..^1] : Components;
        return Create([.. kept, Component(MultiaddressProtocol.P2p, peer.Bytes)]);
    }

    /// <summary>This address without a <c>/p2p</c> component at its end; null if nothing else is in it.</summary>
    public Multiaddress? WithoutPeer()
    {
        if (!EndsWithPeer)
        {
            return this;
        }
        return Components.Length == 1 ? null : Create(Components[..^1]);
    }

    private bool EndsWithPeer => Components[^1].Protocol == MultiaddressProtocol.P2p;

    private static Multiaddress FromEndPoint(
        IPEndPoint endPoint,
        MultiaddressProtocol transport,
        params ReadOnlySpan<MultiaddressComponent> rest)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        var protocol = address.AddressFamily == AddressFamily.InterNetwork ? MultiaddressProtocol.Ip4 : MultiaddressProtocol.Ip6;
        byte[] port = [(byte)(endPoint.Port >> 8), (byte)endPoint.Port];
        return Create([Component(protocol, address.GetAddressBytes()), Component(transport, port), .. rest]);
    }

    private bool TryGetEndPoint([NotNullWhen(true)] out IPEndPoint? endPoint, params ReadOnlySpan<MultiaddressProtocol> transports)
    {
        endPoint = null;
        int length = 1 + transports.Length;
        if (Components.Length < length || Components.Length > length + 1 || (Components.Length > length && !EndsWithPeer))
        {
            return false;
        }
        for (int i = 0; i < transports.Length; i++)
        {
            if (Components[i + 1].Protocol != transports[i])
            {
                return false;
            }
        }
        if (Components[0].Protocol is not (MultiaddressProtocol.Ip4 or MultiaddressProtocol.Ip6))
        {
            return false;
        }
        var port = Components[1].Bytes;
        endPoint = new IPEndPoint(new IPAddress(Components[0].Bytes), (port[0] << 8) | port[1]);
        return true;
    }

    private static MultiaddressComponent Component(MultiaddressProtocol protocol, ReadOnlySpan<byte> value) =>
        ProtocolTable.Get(protocol).FromBytes(value) ?? throw new ArgumentException("The value is invalid.", nameof(value));

    private static Multiaddress Create(IReadOnlyList<MultiaddressComponent> components)
    {
        if (components.Count > MaxComponents)
        {
            throw new MultiaddressFormatException($"An address may have at most {MaxComponents} components.");
        }
        return TryCreate(components, out var address, out string? error) ? address : throw new MultiaddressFormatException(error);
    }
}
