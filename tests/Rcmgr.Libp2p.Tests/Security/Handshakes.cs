using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;
using Rcmgr.Libp2p.Security.Tls;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Identities, protocols and finished handshakes for the security tests.</summary>
internal static class Handshakes
{
    public const string Yamux = "/yamux/1.0.0";

    public static readonly HostIdentity Alice = HostIdentity.Generate();
    public static readonly HostIdentity Bob = HostIdentity.Generate();
    public static readonly HostIdentity Carol = HostIdentity.Generate();

    /// <summary>Bounds every wait so that a hanging handshake fails its test instead of the run.</summary>
    public static CancellationToken Deadline
    {
        get
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            source.CancelAfter(TimeSpan.FromSeconds(20));
            return source.Token;
        }
    }

    public static ISecurityProtocol Noise(HostIdentity identity, params string[] muxers) => new NoiseProtocol(identity, muxers);

    public static ISecurityProtocol Tls(HostIdentity identity, params string[] muxers) =>
        new TlsProtocol(identity, muxers, TimeProvider.System);

    public static ISecurityProtocol Create(string protocol, HostIdentity identity, params string[] muxers) =>
        protocol == "noise" ? Noise(identity, muxers) : Tls(identity, muxers);

    /// <summary>Runs both sides and returns both channels; fails when either side fails.</summary>
    public static async Task<(SecuredChannel Initiator, SecuredChannel Responder)> ConnectAsync(
        ISecurityProtocol initiator, ISecurityProtocol responder, PeerId? expected = null)
    {
        var (a, b) = DuplexEnd.CreatePair();
        var dialled = initiator.SecureAsync(a, isInitiator: true, expected, Deadline).AsTask();
        var accepted = responder.SecureAsync(b, isInitiator: false, null, Deadline).AsTask();
        await Task.WhenAll(dialled, accepted);
        return (await dialled, await accepted);
    }

    /// <summary>All bytes that one side of an honest handshake sends.</summary>
    public static async Task<byte[]> RecordAsync(string protocol, bool recordInitiator)
    {
        var (a, b) = DuplexEnd.CreatePair();
        var recorder = new RecordingStream(recordInitiator ? a : b);
        var dialled = Create(protocol, Alice, Yamux).SecureAsync(recordInitiator ? recorder : a, true, null, Deadline).AsTask();
        var accepted = Create(protocol, Bob, Yamux).SecureAsync(recordInitiator ? b : recorder, false, null, Deadline).AsTask();
        await Task.WhenAll(dialled, accepted);
        return recorder.Written;
    }

    /// <summary>What ended <paramref name="work"/>, or null when it succeeded.</summary>
    public static async Task<Exception?> OutcomeAsync<T>(ValueTask<T> work)
    {
        try
        {
            await work;
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    public static SecurityFailure? FailureOf(Exception? outcome) => (outcome as SecurityException)?.Failure;
}
