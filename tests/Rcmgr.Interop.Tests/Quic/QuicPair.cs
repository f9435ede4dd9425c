using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Two of our hosts that listen on QUIC with the same engine.</summary>
internal sealed class QuicPair : IAsyncDisposable
{
    private QuicPair(TestHost server, TestHost client)
    {
        Server = server;
        Client = client;
    }

    public TestHost Server { get; }

    public TestHost Client { get; }

    /// <summary>
    /// Starts them; skips the running test where the engine is not present. What is given is the server's, unless it is named the client's.
    /// </summary>
    public static async Task<QuicPair> StartAsync(
        QuicEngine engine, Func<ResourceManagerLimits, ResourceManagerLimits>? limits = null, string listen = "/ip4/127.0.0.1/udp/0/quic-v1",
        Func<Libp2pHostOptions, Libp2pHostOptions>? configure = null, ResourceManagerLimits? clientLimits = null)
    {
        TestHost server = await QuicHosts.StartAsync(limits?.Invoke(TestHost.DefaultLimits), listen, configure, engine);
        return new QuicPair(server, await QuicHosts.StartAsync(clientLimits, engine: engine));
    }

    /// <summary>Connects the client to the server.</summary>
    public Task<PeerId> DialAsync() => Client.Host.DialAsync(Server.Address, TestContext.Current.CancellationToken);

    /// <summary>Closes what the client has with the server; fails unless both come to hold nothing.</summary>
    public async Task EndAsync()
    {
        await Client.Host.ClosePeerAsync(Server.Host.PeerId, TestContext.Current.CancellationToken);
        await ComeToHoldNothingAsync();
    }

    public async Task ComeToHoldNothingAsync()
    {
        await Client.ComesToHoldNothingAsync();
        await Server.ComesToHoldNothingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
