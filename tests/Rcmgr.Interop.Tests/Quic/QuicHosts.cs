using System.Net;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Hosts that listen on QUIC alone.</summary>
internal static class QuicHosts
{
    /// <summary>Starts a host; skips the running test where its engine is not present.</summary>
    public static Task<TestHost> StartAsync(
        ResourceManagerLimits? limits = null, string listen = "/ip4/127.0.0.1/udp/0/quic-v1",
        Func<Libp2pHostOptions, Libp2pHostOptions>? configure = null, QuicEngine engine = QuicEngine.Ngtcp2)
    {
        QuicAvailability.Require(engine);
        return TestHost.StartAsync(limits, options =>
        {
            Libp2pHostOptions quic = options with { ListenAddresses = [Multiaddress.Parse(listen)], QuicEngine = engine };
            return configure?.Invoke(quic) ?? quic;
        });
    }

    public static IPEndPoint EndPoint(this TestHost host) => host.Address.TryGetQuicEndPoint(out IPEndPoint? endPoint)
        ? endPoint
        : throw new InvalidOperationException($"{host.Address} is not of QUIC.");

    /// <summary>The host's address as it is reached through a relay.</summary>
    public static Multiaddress Through(this TestHost host, UdpRelay relay) =>
        Multiaddress.FromQuic(relay.EndPoint).WithPeer(host.Host.PeerId);
}
