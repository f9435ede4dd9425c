using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>How long a stream keeps its place, whatever its handler does.</summary>
public sealed class HandlerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_that_hangs_keeps_its_place_until_it_returns()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost server = await StartAsync(async (stream, _) =>
        {
            await stream.DisposeAsync();
            closed.SetResult();
            await release.Task;
        });
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        await peer.ProposeAsync(LambdaHandler.Protocol);
        await closed.Task.WaitAsync(Ct);

        await peer.Session.DisposeAsync();
        await server.NextEventAsync<ConnectionClosedEvent>();
        Assert.Equal(new ScopeUsage(1, 0, 0, 0, 0, 0), server.Manager.System.Usage);

        release.SetResult();
        await Eventually.HoldsNothingAsync(server.Manager);
    }

    [Fact]
    public async Task A_handler_that_throws_resets_its_stream_only()
    {
        await using TestHost server = await StartAsync((_, _) => throw new InvalidOperationException("on purpose"));
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);

        Assert.Equal(StreamErrorCode.None, await RawPeer.ResetCodeAsync(await peer.ProposeAsync(LambdaHandler.Protocol)));
        Assert.Equal(StreamErrorCode.None, await RawPeer.ResetCodeAsync(await peer.ProposeAsync(LambdaHandler.Protocol)));

        await Eventually.IsTrueAsync(() => server.Manager.System.Usage.StreamsInbound == 0);
    }

    [Fact]
    public async Task A_handler_that_returns_without_closing_has_its_stream_reset()
    {
        await using TestHost server = await StartAsync((_, _) => Task.CompletedTask);
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);

        Assert.Equal(StreamErrorCode.None, await RawPeer.ResetCodeAsync(await peer.ProposeAsync(LambdaHandler.Protocol)));
    }

    [Fact]
    public async Task A_handler_that_blocks_its_thread_does_not_keep_others_from_being_served()
    {
        using ManualResetEventSlim release = new();
        int served = 0;
        await using TestHost server = await StartAsync((_, _) =>
        {
            if (Interlocked.Increment(ref served) == 1)
                release.Wait(Ct);
            return Task.CompletedTask;
        });
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        await peer.ProposeAsync(LambdaHandler.Protocol);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref served) == 1);

        await RawPeer.ResetCodeAsync(await peer.ProposeAsync(LambdaHandler.Protocol));

        Assert.Equal(2, served);
        release.Set();
    }

    [Fact]
    public async Task Handlers_are_told_when_their_connection_is_over()
    {
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost server = await StartAsync(async (_, ct) =>
        {
            await using CancellationTokenRegistration registration = ct.Register(() => told.TrySetResult());
            await told.Task;
        });
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        MuxedStream stream = await peer.ProposeAsync(LambdaHandler.Protocol);
        await stream.ReadExactlyAsync(new byte[20], Ct);

        await peer.Session.DisposeAsync();

        await told.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        await Eventually.HoldsNothingAsync(server.Manager);
    }

    private static Task<TestHost> StartAsync(Func<PeerStream, CancellationToken, Task> handle) =>
        TestHost.StartAsync(configure: options => options with { Handlers = [new LambdaHandler(handle)] });
}
