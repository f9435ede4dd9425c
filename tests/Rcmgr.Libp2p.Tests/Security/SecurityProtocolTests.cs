using System.Security.Cryptography;
using Rcmgr.Libp2p.Security;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>What both security protocols promise alike.</summary>
public sealed class SecurityProtocolTests
{
    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Both_sides_prove_their_identity_and_agree_on_a_muxer(string protocol)
    {
        var (initiator, responder) = await ConnectAsync(Create(protocol, Alice, Yamux), Create(protocol, Bob, Yamux), Bob.PeerId);

        Assert.Equal(Bob.PeerId, initiator.RemotePeer);
        Assert.Equal(Bob.PublicKey, initiator.RemoteKey);
        Assert.Equal(Alice.PeerId, responder.RemotePeer);
        Assert.Equal(Alice.PublicKey, responder.RemoteKey);
        Assert.Equal(Yamux, initiator.Muxer);
        Assert.Equal(Yamux, responder.Muxer);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Multistream_select_follows_when_the_responder_names_no_muxer(string protocol)
    {
        var (initiator, responder) = await ConnectAsync(Create(protocol, Alice, Yamux), Create(protocol, Bob));

        Assert.Null(initiator.Muxer);
        Assert.Null(responder.Muxer);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Multistream_select_follows_when_the_initiator_names_no_muxer(string protocol)
    {
        var (initiator, responder) = await ConnectAsync(Create(protocol, Alice), Create(protocol, Bob, Yamux));

        Assert.Null(initiator.Muxer);
        Assert.Null(responder.Muxer);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Bytes_flow_both_ways_at_the_same_time(string protocol)
    {
        var (initiator, responder) = await ConnectAsync(Create(protocol, Alice, Yamux), Create(protocol, Bob, Yamux));
        byte[] sent = RandomNumberGenerator.GetBytes(700_000);

        byte[][] received = await Task.WhenAll(
            CopyAsync(initiator.Stream, responder.Stream, sent), CopyAsync(responder.Stream, initiator.Stream, sent));

        Assert.All(received, copy => Assert.Equal(sent, copy));
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Initiator_refuses_a_peer_it_did_not_expect(string protocol)
    {
        var (a, b) = DuplexEnd.CreatePair();
        var accepted = Create(protocol, Bob, Yamux).SecureAsync(b, false, null, Deadline).AsTask();

        var refused = await OutcomeAsync(Create(protocol, Alice, Yamux).SecureAsync(a, true, Carol.PeerId, Deadline));

        Assert.Equal(SecurityFailure.PeerMismatch, FailureOf(refused));
        Assert.True(a.IsDisposed);
        await AssertUselessAsync(accepted);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Responder_refuses_a_peer_it_did_not_expect(string protocol)
    {
        var (a, b) = DuplexEnd.CreatePair();
        var dialled = Create(protocol, Alice, Yamux).SecureAsync(a, true, null, Deadline).AsTask();

        var refused = await OutcomeAsync(Create(protocol, Bob, Yamux).SecureAsync(b, false, Carol.PeerId, Deadline));

        Assert.Equal(SecurityFailure.PeerMismatch, FailureOf(refused));
        Assert.True(b.IsDisposed);
        await AssertUselessAsync(dialled);
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task Silent_remote_is_given_up_when_the_token_fires(string protocol, bool isInitiator)
    {
        var (a, b) = DuplexEnd.CreatePair();
        using var cancel = new CancellationTokenSource();
        var pending = OutcomeAsync(Create(protocol, Alice, Yamux).SecureAsync(a, isInitiator, null, cancel.Token));

        await cancel.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>(await pending.WaitAsync(Deadline));
        Assert.True(a.IsDisposed);
        await b.DisposeAsync();
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task Token_that_has_fired_ends_a_handshake_at_once(string protocol, bool isInitiator)
    {
        var (a, _) = DuplexEnd.CreatePair();

        var outcome = await OutcomeAsync(Create(protocol, Alice, Yamux).SecureAsync(a, isInitiator, null, new CancellationToken(true)));

        Assert.IsAssignableFrom<OperationCanceledException>(outcome);
        Assert.True(a.IsDisposed);
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task Remote_that_stops_after_any_count_of_bytes_is_given_up(string protocol, bool weInitiate)
    {
        byte[] transcript = await RecordAsync(protocol, recordInitiator: !weInitiate);
        foreach (int cut in Cuts(transcript.Length))
        {
            var (a, b) = DuplexEnd.CreatePair();
            using var cancel = new CancellationTokenSource();
            var pending = OutcomeAsync(Create(protocol, Bob, Yamux).SecureAsync(a, weInitiate, null, cancel.Token));
            await b.WriteAsync(transcript.AsMemory(0, cut), Deadline);
            await cancel.CancelAsync();

            var outcome = await pending.WaitAsync(Deadline);

            // Replayed bytes end most handshakes before the cancellation does: their answers were for other ephemeral keys.
            Assert.True(outcome is OperationCanceledException or IOException, $"{cut}: {outcome}");
            Assert.True(a.IsDisposed);
        }
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task Remote_that_closes_after_any_count_of_bytes_is_an_error(string protocol, bool weInitiate)
    {
        byte[] transcript = await RecordAsync(protocol, recordInitiator: !weInitiate);
        foreach (int cut in Cuts(transcript.Length))
        {
            var (a, b) = DuplexEnd.CreatePair();
            var pending = OutcomeAsync(Create(protocol, Bob, Yamux).SecureAsync(a, weInitiate, null, Deadline));
            await b.WriteAsync(transcript.AsMemory(0, cut), Deadline);
            await b.DisposeAsync();

            Assert.IsAssignableFrom<IOException>(await pending);
        }
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task Replayed_handshake_proves_nothing(string protocol, bool weInitiate)
    {
        byte[] transcript = await RecordAsync(protocol, recordInitiator: !weInitiate);
        var (a, b) = DuplexEnd.CreatePair();
        var pending = OutcomeAsync(Create(protocol, Bob, Yamux).SecureAsync(a, weInitiate, null, Deadline));
        await b.WriteAsync(transcript, Deadline);

        var outcome = await pending;

        Assert.True(FailureOf(outcome) is SecurityFailure.DecryptionFailed or SecurityFailure.TlsFailed, outcome?.ToString());
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Disposing_a_channel_closes_the_connection_below(string protocol)
    {
        var (a, b) = DuplexEnd.CreatePair();
        var dialled = Create(protocol, Alice, Yamux).SecureAsync(a, true, null, Deadline).AsTask();
        var accepted = Create(protocol, Bob, Yamux).SecureAsync(b, false, null, Deadline).AsTask();
        var channels = await Task.WhenAll(dialled, accepted);

        await channels[0].Stream.DisposeAsync();
        Assert.True(a.IsDisposed);
        Assert.False(b.IsDisposed);
        await channels[1].Stream.DisposeAsync();
        Assert.True(b.IsDisposed);
    }

    private static IEnumerable<int> Cuts(int length) => Enumerable.Range(0, 12).Select(i => i * (length - 1) / 12);

    private static async Task<byte[]> CopyAsync(Stream from, Stream to, byte[] data)
    {
        byte[] received = new byte[data.Length];
        await Task.WhenAll(from.WriteAsync(data, Deadline).AsTask(), to.ReadExactlyAsync(received, Deadline).AsTask());
        return received;
    }

    /// <summary>The refused side learns of it in its handshake or, in TLS 1.3 on the initiator's side, at its first read.</summary>
    private static async Task AssertUselessAsync(Task<SecuredChannel> refused)
    {
        var outcome = await OutcomeAsync(new ValueTask<SecuredChannel>(refused));
        if (outcome is null)
            outcome = await OutcomeAsync((await refused).Stream.ReadAsync(new byte[1], Deadline)) ?? new IOException("closed");
        Assert.IsAssignableFrom<IOException>(outcome);
    }
}
