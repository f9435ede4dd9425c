using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>What one identity does to streams on one connection; after a lost connection it dials again.</summary>
internal abstract class StreamAttack(string kind, int identities, int streamsAtOnce) : IAttack
{
    public string Kind => kind;

    public Task RunAsync(Multiaddress target, AttackCount count, CancellationToken cancellationToken) =>
        AttackLoop.RunAsync(identities, token => AttackAsync(target, count, token), cancellationToken);

    /// <summary>Opens one stream and holds it as long as the node lets it, or many that last no longer than a moment.</summary>
    protected abstract Task MisuseAsync(BarePeer peer, AttackCount count, CancellationToken cancellationToken);

    /// <summary>Waits until the node resets the stream or the token is cancelled.</summary>
    protected static Task HoldAsync(MuxedStream stream, CancellationToken cancellationToken) =>
        stream.Closed.WaitAsync(cancellationToken);

    private async Task AttackAsync(Multiaddress target, AttackCount count, CancellationToken cancellationToken)
    {
        using HostIdentity identity = HostIdentity.Generate();
        await using BarePeer peer = await BarePeer.DialAsync(target, identity, cancellationToken);
        using CancellationTokenSource connected = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task streams = AttackLoop.RunAsync(streamsAtOnce, token => AttemptAsync(peer, count, token), connected.Token);
        await Task.WhenAny(streams, peer.Completion);
        await connected.CancelAsync();
        await streams;
        throw new IOException("The connection is over.");
    }

    private async Task AttemptAsync(BarePeer peer, AttackCount count, CancellationToken cancellationToken)
    {
        await MisuseAsync(peer, count, cancellationToken);
        throw new IOException("The stream is over.");
    }
}

/// <summary>Opens streams, negotiates a protocol on each and leaves them open.</summary>
internal sealed class StreamFlood(string kind, int identities, int streamsAtOnce) : StreamAttack(kind, identities, streamsAtOnce)
{
    protected override async Task MisuseAsync(BarePeer peer, AttackCount count, CancellationToken cancellationToken)
    {
        count.Attempt();
        await using MuxedStream stream = await peer.OpenAsync(DemoProtocols.Echo, cancellationToken);
        count.Admit();
        await HoldAsync(stream, cancellationToken);
    }
}

/// <summary>Opens streams and never gets further than the first word of their negotiation.</summary>
internal sealed class SilentStreams(string kind, ReadOnlyMemory<byte> firstWords, int identities, int streamsAtOnce)
    : StreamAttack(kind, identities, streamsAtOnce)
{
    protected override async Task MisuseAsync(BarePeer peer, AttackCount count, CancellationToken cancellationToken)
    {
        count.Attempt();
        await using MuxedStream stream = await peer.OpenAsync(cancellationToken);
        await stream.WriteAsync(firstWords, cancellationToken);
        if (await stream.ReadAsync(new byte[1], cancellationToken) > 0)
            count.Admit();
        await HoldAsync(stream, cancellationToken);
    }
}

/// <summary>
/// Opens streams, says the first word of their negotiation, resets them at once and opens the next: each costs the node more than
/// it costs the attacker.
/// </summary>
internal sealed class RapidReset(string kind, ReadOnlyMemory<byte> firstWords, int identities, int streamsAtOnce)
    : StreamAttack(kind, identities, streamsAtOnce)
{
    private const int Burst = 16;

    protected override async Task MisuseAsync(BarePeer peer, AttackCount count, CancellationToken cancellationToken)
    {
        for (int i = 0; i < Burst; i++)
        {
            count.Attempt();
            await using MuxedStream stream = await peer.OpenAsync(cancellationToken);
            await stream.WriteAsync(firstWords, cancellationToken);
            stream.Reset(0);
        }
    }
}

/// <summary>Sends to the echo service as much as it takes, and never reads what comes back.</summary>
internal sealed class DeafReaders(string kind, int identities, int streamsAtOnce) : StreamAttack(kind, identities, streamsAtOnce)
{
    private const int MaxBytesPerStream = 4 * 1024 * 1024;

    protected override async Task MisuseAsync(BarePeer peer, AttackCount count, CancellationToken cancellationToken)
    {
        count.Attempt();
        await using MuxedStream stream = await peer.OpenAsync(DemoProtocols.Echo, cancellationToken);
        count.Admit();
        byte[] block = new byte[32 * 1024];
        for (int sent = 0; sent < MaxBytesPerStream; sent += block.Length)
            await stream.WriteAsync(block, cancellationToken);
        await HoldAsync(stream, cancellationToken);
    }
}
