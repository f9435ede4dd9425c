using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>This process's way to a <see cref="FloorPeer"/>.</summary>
internal sealed class FloorLink : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ToolProcess _peer;
    private readonly IPEndPoint _endPoint;

    private FloorLink(ToolProcess peer, IPEndPoint endPoint)
    {
        _peer = peer;
        _endPoint = endPoint;
    }

    public static async Task<FloorLink> StartAsync(FloorService service, CancellationToken cancellationToken)
    {
        ToolProcess peer = ToolProcess.Start(FloorPeer.CommandName, service.ToString());
        try
        {
            return new FloorLink(peer, IPEndPoint.Parse(await peer.ReadLineAsync(Patience, cancellationToken)));
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_endPoint, cancellationToken);
        return socket;
    }

    /// <summary>What this process and the other have used.</summary>
    public async Task<TimeSpan> GetProcessorTimeAsync(CancellationToken cancellationToken)
    {
        await _peer.AskAsync(cancellationToken);
        string line = await _peer.ReadLineAsync(Patience, cancellationToken);
        return Environment.CpuUsage.TotalTime + TimeSpan.FromMicroseconds(long.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await _peer.StopAsync(Patience);
        await _peer.DisposeAsync();
    }
}
