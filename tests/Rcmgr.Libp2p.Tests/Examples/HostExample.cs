using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Tests.Examples;

public sealed class HostExample
{
    [Fact]
    public async Task A_host_dials_and_pings()
    {
        string folder = Directory.CreateTempSubdirectory("rcmgr-example-").FullName;
        using HostIdentity identity = HostIdentity.LoadOrCreate(Path.Combine(folder, "remote.key"));
        await using Libp2pHost remote = await Libp2pHost.StartAsync(
            new Libp2pHostOptions
            {
                Identity = identity,
                ResourceManager = new ResourceManager(ResourceManagerLimits.Infinite),
                ListenAddresses = [Multiaddress.Parse("/ip4/127.0.0.1/tcp/0")],
            },
            CancellationToken.None);
        string address = remote.ListenAddresses[0].ToString();
        string keyFile = Path.Combine(folder, "host.key");

        await using var host = await Libp2pHost.StartAsync(
            new Libp2pHostOptions
            {
                Identity = HostIdentity.LoadOrCreate(keyFile),
                ResourceManager = new ResourceManager(ScalingLimits.DefaultWithServices.AutoScale().Limits),
                ListenAddresses = [Multiaddress.Parse("/ip4/127.0.0.1/tcp/0")],
            },
            CancellationToken.None);

        // Somebody's address, such as /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…
        var peer = await host.DialAsync(Multiaddress.Parse(address), CancellationToken.None);
        Console.WriteLine(await host.PingAsync(peer, CancellationToken.None));
        Directory.Delete(folder, recursive: true);
    }
}
