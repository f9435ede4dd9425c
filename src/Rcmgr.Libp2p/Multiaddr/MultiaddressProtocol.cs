namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>The protocols an address may name; the values are their codes in the multicodec table.</summary>
public enum MultiaddressProtocol
{
    /// <summary>No protocol; never part of an address.</summary>
    None = 0,

    /// <summary>An IPv4 address.</summary>
    Ip4 = 4,

    /// <summary>A TCP port.</summary>
    Tcp = 6,

    /// <summary>An IPv6 address.</summary>
    Ip6 = 41,

    /// <summary>The zone of the IPv6 address that follows.</summary>
    Ip6Zone = 42,

    /// <summary>The prefix length, in bits, of the network of the address before it.</summary>
    IpCidr = 43,

    /// <summary>A name that resolves to IPv4 and IPv6 addresses.</summary>
    Dns = 53,

    /// <summary>A name that resolves to IPv4 addresses.</summary>
    Dns4 = 54,

    /// <summary>A name that resolves to IPv6 addresses.</summary>
    Dns6 = 55,

    /// <summary>A name whose TXT records hold addresses.</summary>
    DnsAddr = 56,

    /// <summary>A UDP port.</summary>
    Udp = 273,

    /// <summary>WebRTC to a public listener.</summary>
    WebRtcDirect = 280,

    /// <summary>WebRTC between browsers.</summary>
    WebRtc = 281,

    /// <summary>What follows is reached through the relay named before.</summary>
    P2pCircuit = 290,

    /// <summary>A Unix domain socket's path; always the last component.</summary>
    Unix = 400,

    /// <summary>A peer id.</summary>
    P2p = 421,

    /// <summary>HTTP over TLS.</summary>
    Https = 443,

    /// <summary>TLS.</summary>
    Tls = 448,

    /// <summary>The server name for the TLS handshake.</summary>
    Sni = 449,

    /// <summary>Noise.</summary>
    Noise = 454,

    /// <summary>QUIC, draft 29.</summary>
    Quic = 460,

    /// <summary>QUIC, version 1 (RFC 9000).</summary>
    QuicV1 = 461,

    /// <summary>WebTransport.</summary>
    WebTransport = 465,

    /// <summary>The multihash of a certificate.</summary>
    CertHash = 466,

    /// <summary>WebSocket.</summary>
    Ws = 477,

    /// <summary>WebSocket over TLS.</summary>
    Wss = 478,

    /// <summary>HTTP.</summary>
    Http = 480,

    /// <summary>A listener within the process, for tests.</summary>
    Memory = 777,
}
