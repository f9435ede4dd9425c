using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Tests.Muxing;

namespace Rcmgr.Libp2p.Tests.Protocols;

public sealed class PeerStreamTests
{
    [Fact]
    public async Task Disposing_an_outbound_stream_resets_it_and_releases_its_account_once()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(EchoHandler.Protocol);
        pair.Client.Scope.ReserveMemory(100);
        await pair.Client.DisposeAsync();
        await pair.Client.DisposeAsync();
        Assert.True(pair.Client.Scope.Usage.IsZero);
        Assert.Equal(StreamErrorCode.None, await StreamPair.ReadResetAsync(pair.Server));
    }

    [Fact]
    public async Task The_account_of_an_inbound_stream_outlives_an_early_disposal_by_its_handler()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(EchoHandler.Protocol);
        pair.Server.Scope.ReserveMemory(100);
        await pair.Server.DisposeAsync();
        Assert.Equal(100, pair.Server.Scope.Usage.Memory);
        Assert.Equal(1, pair.Server.Scope.Usage.StreamsInbound);
        await pair.EndServerAsync();
        await pair.EndServerAsync();
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task Closing_delivers_the_last_bytes_and_no_reset()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(EchoHandler.Protocol);
        await pair.Client.Stream.WriteAsync(new byte[] { 1, 2, 3 }, Sessions.Deadline);
        Task closing = pair.Client.CloseAsync(Sessions.Deadline).AsTask();
        Assert.Equal([1, 2, 3], await Sessions.ReadToEndAsync(pair.Server.Stream, Sessions.Deadline));
        await pair.Server.CloseWriteAsync(Sessions.Deadline);
        await closing.WaitAsync(Sessions.Deadline);
        Assert.True(pair.Server.Closed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_remote_that_does_not_end_its_half_is_reset_in_the_end()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(EchoHandler.Protocol, time: time);
        Task closing = pair.Client.CloseAsync(Sessions.Deadline).AsTask();
        Assert.False(closing.IsCompleted);
        time.Advance(PeerStream.CloseTimeout);
        await closing.WaitAsync(Sessions.Deadline);
        await pair.Server.Closed.WaitAsync(Sessions.Deadline);
    }
}
