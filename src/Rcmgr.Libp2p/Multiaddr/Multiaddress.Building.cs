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

    /// <summary>
    /// Whether this is exactly <c>/dns|dns4|dns6/…/tcp/…</c>, with or without <c>/p2p/…</c> after it: the name to look up, the kind of
    /// addresses to look for, and the port.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="family">What the name's addresses must be; <see cref="AddressFamily.Unspecified"/> for either.</param>
    /// <param name="port">The TCP port.</param>
    public bool TryGetTcpName([NotNullWhen(true)] out string? name, out AddressFamily family, out int port) =>
        TryGetName(out name, out family, out port, MultiaddressProtocol.Tcp);

    /// <summary>As <see cref="TryGetTcpName"/>, of <c>/dns|dns4|dns6/…/udp/…/quic-v1</c>.</summary>
    internal bool TryGetQuicName([NotNullWhen(true)] out string? name, out AddressFamily family, out int port) =>
        TryGetName(out name, out family, out port, MultiaddressProtocol.Udp, MultiaddressProtocol.QuicV1);

    private bool TryGetName(
        [NotNullWhen(true)] out string? name, out AddressFamily family, out int port, params ReadOnlySpan<MultiaddressProtocol> transports)
    {
        (name, family, port) = (null, AddressFamily.Unspecified, 0);
        if (!HasShape(transports)
            || Components[0].Protocol is not (MultiaddressProtocol.Dns or MultiaddressProtocol.Dns4 or MultiaddressProtocol.Dns6))
        {
            return false;
        }
        name = Components[0].Value;
        family = Components[0].Protocol switch
        {
            MultiaddressProtocol.Dns4 => AddressFamily.InterNetwork,
            MultiaddressProtocol.Dns6 => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unspecified,
        };
        port = Port;
        return true;
    }

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
        if (!HasShape(transports) || Components[0].Protocol is not (MultiaddressProtocol.Ip4 or MultiaddressProtocol.Ip6))
        {
            return false;
        }
        endPoint = new IPEndPoint(new IPAddress(Components[0].Bytes), Port);
        return true;
    }

    /// <summary>The value of the second component, which must be a port.</summary>
    private int Port => (Components[1].Bytes[0] << 8) | Components[1].Bytes[1];

    /// <summary>Whether this is one component, then <paramref name="transports"/>, then at most a peer.</summary>
    private bool HasShape(ReadOnlySpan<MultiaddressProtocol> transports)
    {
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
