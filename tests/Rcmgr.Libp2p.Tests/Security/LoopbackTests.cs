using System.Security.Cryptography;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>What only real sockets show: their cancellation, their reads of no bytes, their aborts.</summary>
public sealed class LoopbackTests
{
    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Secured_sockets_carry_the_same_bytes(string protocol)
    {
        var (initiator, responder) = await ConnectSocketsAsync(protocol);
        byte[] sent = RandomNumberGenerator.GetBytes(1_000_000);
        byte[] received = new byte[sent.Length];

        await Task.WhenAll(
            initiator.Stream.WriteAsync(sent, Deadline).AsTask(), responder.Stream.ReadExactlyAsync(received, Deadline).AsTask());

        Assert.Equal(sent, received);
        await initiator.Stream.DisposeAsync();
        Assert.Equal(0, await responder.Stream.ReadAsync(received, Deadline));
        await responder.Stream.DisposeAsync();
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Disposal_ends_a_waiting_read(string protocol)
    {
        var (initiator, responder) = await ConnectSocketsAsync(protocol);
        var pending = OutcomeAsync(initiator.Stream.ReadAsync(new byte[1], Deadline));

        await initiator.Stream.DisposeAsync();

        var outcome = await pending;
        Assert.True(outcome is IOException or ObjectDisposedException, outcome?.ToString());
        await responder.Stream.DisposeAsync();
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task Handshake_with_a_silent_socket_ends_when_the_token_fires(string protocol, bool isInitiator)
    {
        var (a, b) = await LoopbackPair.CreateAsync(Deadline);
        using var cancel = new CancellationTokenSource();
        var pending = OutcomeAsync(Create(protocol, Alice, Yamux).SecureAsync(a, isInitiator, null, cancel.Token));

        await cancel.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>(await pending.WaitAsync(Deadline));
        // Our side is closed, so the silent one sees whatever was sent and then the end.
        byte[] rest = new byte[8192];
        while (await b.ReadAsync(rest, Deadline) > 0)
        {
        }
        await b.DisposeAsync();
    }

    [Fact]
    public async Task Idle_noise_stream_on_a_socket_holds_no_buffer()
    {
        var (a, b) = await LoopbackPair.CreateAsync(Deadline);
        var pool = new CountingPool();
        byte[] key = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);
        await using var reader = new NoiseStream(a, new NoiseCipher(key), new NoiseCipher(key), pool);
        await using var writer = new NoiseStream(b, new NoiseCipher(key), new NoiseCipher(key), pool);

        var waiting = reader.ReadAsync(new byte[10], Deadline).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, pool.RentedCount);

        await writer.WriteAsync(new byte[10], Deadline);
        Assert.Equal(10, await waiting);
        Assert.Equal(0, pool.RentedCount);
    }

    private static async Task<(SecuredChannel Initiator, SecuredChannel Responder)> ConnectSocketsAsync(string protocol)
    {
        var (a, b) = await LoopbackPair.CreateAsync(Deadline);
        var dialled = Create(protocol, Alice, Yamux).SecureAsync(a, true, Bob.PeerId, Deadline).AsTask();
        var accepted = Create(protocol, Bob, Yamux).SecureAsync(b, false, Alice.PeerId, Deadline).AsTask();
        await Task.WhenAll(dialled, accepted);
        return (await dialled, await accepted);
    }
}
