namespace Rcmgr.Interop.Tests.Hostile;

/// <summary>A host, an honest peer that pings it all the time, and a clock by which hostile connections have to be gone.</summary>
internal sealed class HostileScene : IAsyncDisposable
{
    private readonly PingLoop _honest;

    private HostileScene(TestHost host, PingLoop honest)
    {
        Host = host;
        _honest = honest;
    }

    public TestHost Host { get; }

    public static async Task<HostileScene> StartAsync(TimeSpan? handshakeTimeout = null, ResourceManagerLimits? limits = null)
    {
        TestHost host = await TestHost.StartAsync(
            limits, options => options with { HandshakeTimeout = handshakeTimeout ?? options.HandshakeTimeout });
        return new HostileScene(host, await PingLoop.StartAsync(host));
    }

    public Task<LoopbackClient> ConnectAsync() =>
        LoopbackClient.ConnectAsync(Host.EndPoint, TestContext.Current.CancellationToken);

    /// <summary>Fails unless the host ends the client's connection, holds nothing for it, and has served the honest peer throughout.</summary>
    public async Task OnlyThisIsLostAsync(LoopbackClient client)
    {
        Assert.True(await client.SeesTheEndAsync(Eventually.Deadline), "The host keeps a hostile connection open.");
        await OnlyTheHonestPeerStaysAsync();
    }

    /// <summary>Fails unless the honest peer is all that is left, was served throughout, and leaves nothing behind.</summary>
    public async Task OnlyTheHonestPeerStaysAsync()
    {
        await Eventually.HoldsAsync(
            () => Host.Manager.System.Usage is { ConnectionsInbound: 1, FileDescriptors: 1 } && Host.Manager.Transient.Usage.ConnectionsInbound == 0,
            () => $"the system scope holds {Host.Manager.System.Usage}, the transient {Host.Manager.Transient.Usage}");
        await _honest.GoesOnAsync();
        await _honest.StopAsync();
        await _honest.DisposeAsync();
        await Host.ComesToHoldNothingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _honest.DisposeAsync();
        await Host.DisposeAsync();
    }
}
