using System.Diagnostics;
using System.Security.Cryptography;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Tool.Demo;

/// <summary>
/// The inside of one honest process: connects once, pings and echoes about ten times a second, and says twice a second how it
/// fares. It dials again only while it was never connected: a connection that is lost is a loss.
/// </summary>
internal sealed class HonestPeer(Multiaddress target, TextWriter output)
{
    private const int PingBytes = 32;
    private const int EchoBytes = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DialPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    private readonly HonestTally _tally = new();
    private long _lastReport = Stopwatch.GetTimestamp();

    public async Task<int> RunAsync(CancellationToken stop)
    {
        using HostIdentity identity = HostIdentity.Generate();
        await using BarePeer? peer = await DialUntilConnectedAsync(identity, stop);
        if (peer is not null)
            await UseAsync(peer, stop);

        await ReportAsync();
        return ExitCode.Success;
    }

    private async Task<BarePeer?> DialUntilConnectedAsync(HostIdentity identity, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _tally.Dial();
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
                patience.CancelAfter(Patience);
                BarePeer peer = await BarePeer.DialAsync(target, identity, patience.Token);
                _tally.Connected();
                await ReportAsync();
                return peer;
            }
            catch (Exception e) when (Failure.IsOfConnection(e))
            {
                _tally.NotConnected(e);
                await ReportWhenDueAsync();
                await Task.Delay(DialPause, CancellationToken.None);
            }
        }

        return null;
    }

    // A round that has begun is finished: stopping never looks like a loss.
    private async Task UseAsync(BarePeer peer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !peer.Completion.IsCompleted)
        {
            await CountAsync(token => PingAsync(peer, token));
            await CountAsync(token => EchoAsync(peer, token));
            await ReportWhenDueAsync();
            await Task.Delay(Pause, CancellationToken.None);
        }

        if (peer.Completion.IsCompleted)
            _tally.Lose(new IOException("The node closed the connection."));
    }

    private async Task CountAsync(Func<CancellationToken, Task> exchange)
    {
        try
        {
            using CancellationTokenSource patience = new(Patience);
            await exchange(patience.Token);
        }
        catch (Exception e) when (Failure.IsOfConnection(e))
        {
            _tally.Lose(e);
        }
    }

    private async Task PingAsync(BarePeer peer, CancellationToken cancellationToken)
    {
        MuxedStream stream = await peer.OpenAsync(DemoProtocols.Ping, cancellationToken);
        long sent = Stopwatch.GetTimestamp();
        await ExchangeAsync(stream, PingBytes, cancellationToken);
        _tally.Ping(Stopwatch.GetElapsedTime(sent));
        await stream.CloseGracefullyAsync(cancellationToken);
    }

    private async Task EchoAsync(BarePeer peer, CancellationToken cancellationToken)
    {
        MuxedStream stream = await peer.OpenAsync(DemoProtocols.Echo, cancellationToken);
        await ExchangeAsync(stream, EchoBytes, cancellationToken);
        _tally.Echo();
        await stream.CloseGracefullyAsync(cancellationToken);
    }

    private static async Task ExchangeAsync(MuxedStream stream, int length, CancellationToken cancellationToken)
    {
        try
        {
            byte[] sent = RandomNumberGenerator.GetBytes(length);
            byte[] received = new byte[length];
            await stream.WriteAsync(sent, cancellationToken);
            await stream.ReadExactlyAsync(received, cancellationToken);
            if (!received.AsSpan().SequenceEqual(sent))
                throw new IOException("Other bytes came back than were sent.");
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private Task ReportWhenDueAsync()
    {
        if (Stopwatch.GetElapsedTime(_lastReport) < ReportInterval)
            return Task.CompletedTask;

        _lastReport = Stopwatch.GetTimestamp();
        return ReportAsync();
    }

    private async Task ReportAsync()
    {
        await output.WriteLineAsync(_tally.Report().ToLine());
        await output.FlushAsync(CancellationToken.None);
    }
}
