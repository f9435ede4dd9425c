using CsCheck;
using Rcmgr.Libp2p.Security;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Whatever bytes a remote sends, a handshake ends with a typed error and frees what it had.</summary>
public sealed class HandshakeFuzzTests
{
    [Theory]
    [InlineData("noise", true, 300)]
    [InlineData("noise", false, 300)]
    [InlineData("tls", true, 60)]
    [InlineData("tls", false, 60)]
    public async Task Mutated_transcripts_end_with_a_typed_error(string protocol, bool weInitiate, int iterations)
    {
        byte[] transcript = await RecordAsync(protocol, recordInitiator: !weInitiate);
        var ours = Create(protocol, Bob, Yamux);
        await Mutations.Of(transcript).SampleAsync(async hostile =>
        {
            var (a, b) = DuplexEnd.CreatePair();
            var pending = OutcomeAsync(ours.SecureAsync(a, weInitiate, null, Deadline));
            await b.WriteAsync(hostile, Deadline);
            await b.DisposeAsync();

            var outcome = await pending;

            Assert.True(outcome is IOException, outcome?.ToString() ?? "It succeeded.");
            Assert.True(a.IsDisposed);
        }, iter: iterations, threads: 1);
    }

    [Fact]
    public async Task Noise_bytes_changed_on_their_way_never_make_a_handshake()
    {
        var alice = Noise(Alice, Yamux);
        var bob = Noise(Bob, Yamux);
        var change = Gen.Select(Gen.Bool, Gen.Int[0, 1], Gen.Int[0, 999], Gen.Int[0, 7]);
        await change.SampleAsync(async (changesInitiator, message, at, bit) =>
        {
            // The initiator sends two messages, the responder one.
            int counted = changesInitiator ? message : 0;
            byte[] Change(byte[] frame)
            {
                if (counted-- == 0)
                    frame[2 + at % (frame.Length - 2)] ^= (byte)(1 << bit);
                return frame;
            }
            var (a, b) = DuplexEnd.CreatePair();
            var dialled = OutcomeAsync(alice.SecureAsync(changesInitiator ? new RecordingStream(a, Change) : a, true, null, Deadline));
            var accepted = OutcomeAsync(bob.SecureAsync(changesInitiator ? b : new RecordingStream(b, Change), false, null, Deadline));

            var outcomes = await Task.WhenAll(dialled, accepted);

            // The initiator of a changed third message has no more to hear and learns it at its first read.
            Assert.Contains(outcomes, outcome => outcome is SecurityException);
            Assert.All(outcomes, outcome => Assert.True(outcome is null or IOException, outcome?.ToString()));
        }, iter: 200, threads: 1);
    }
}
