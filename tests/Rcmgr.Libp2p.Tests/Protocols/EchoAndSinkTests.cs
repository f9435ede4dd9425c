using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Tests.Muxing;

namespace Rcmgr.Libp2p.Tests.Protocols;

public sealed class EchoAndSinkTests
{
    private const int Length = 1_000_003;

    private static readonly byte[] Sent = MakeBytes();

    public static TheoryData<string> Protocols => [EchoHandler.Protocol, SinkHandler.Protocol];

    [Fact]
    public async Task Echo_sends_everything_back_and_then_holds_nothing()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(EchoHandler.Protocol);
        Task serving = pair.ServeAsync(new EchoHandler(TimeProvider.System));
        Assert.Equal(EchoHandler.BufferSize, pair.Server.Scope.Usage.Memory);
        Task<byte[]> reading = Sessions.ReadToEndAsync(pair.Client.Stream, Sessions.Deadline);
        await pair.Client.Stream.WriteAsync(Sent, Sessions.Deadline);
        await pair.Client.CloseWriteAsync(Sessions.Deadline);
        Assert.Equal(Sent, await reading);
        await serving.WaitAsync(Sessions.Deadline);
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task Sink_answers_how_much_it_has_swallowed()
    {
        await using StreamPair pair = await StreamPair.OpenAsync(SinkHandler.Protocol);
        Task serving = pair.ServeAsync(new SinkHandler(TimeProvider.System));
        await pair.Client.Stream.WriteAsync(Sent, Sessions.Deadline);
        await pair.Client.CloseWriteAsync(Sessions.Deadline);
        byte[] answer = await Sessions.ReadToEndAsync(pair.Client.Stream, Sessions.Deadline);
        Assert.Equal(8, answer.Length);
        Assert.Equal(Length, BinaryPrimitives.ReadInt64BigEndian(answer));
        await serving.WaitAsync(Sessions.Deadline);
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task The_buffer_is_refused_when_memory_is_more_than_half_used(string protocol)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(protocol, server: StreamPair.Service(memory: EchoHandler.BufferSize));
        await pair.ServeAsync(Handler(protocol, TimeProvider.System));
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Client));
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_full_service_refuses_the_stream(string protocol)
    {
        await using StreamPair pair = await StreamPair.OpenAsync(protocol, server: StreamPair.Service(streams: 0));
        await pair.ServeAsync(Handler(protocol, TimeProvider.System));
        Assert.Equal(StreamErrorCode.ResourceLimitExceeded, await StreamPair.ReadResetAsync(pair.Client));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_silent_peer_loses_the_stream(string protocol)
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(protocol);
        Task serving = pair.ServeAsync(Handler(protocol, time));
        time.Advance(EchoHandler.IdleLimit);
        await serving.WaitAsync(Sessions.Deadline);
        Assert.Equal(StreamErrorCode.GarbageCollected, await StreamPair.ReadResetAsync(pair.Client));
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_its_echo_loses_the_stream()
    {
        FakeTimeProvider time = new();
        await using StreamPair pair = await StreamPair.OpenAsync(EchoHandler.Protocol);
        Task serving = pair.ServeAsync(new EchoHandler(time));
        Task writing = pair.Client.Stream.WriteAsync(Sent, Sessions.Deadline).AsTask();
        // Once both windows are full nothing moves any more; how soon that is does not matter.
        while (!serving.IsCompleted)
        {
            time.Advance(EchoHandler.IdleLimit);
            await Task.WhenAny(serving, Task.Delay(10, Sessions.Deadline));
        }

        await serving;
        await Assert.ThrowsAnyAsync<IOException>(() => writing);
        Assert.True(pair.Server.Scope.Usage.IsZero);
    }

    private static IStreamHandler Handler(string protocol, TimeProvider time) =>
        protocol == EchoHandler.Protocol ? new EchoHandler(time) : new SinkHandler(time);

    private static byte[] MakeBytes()
    {
        byte[] bytes = new byte[Length];
        new Random(17).NextBytes(bytes);
        return bytes;
    }
}
