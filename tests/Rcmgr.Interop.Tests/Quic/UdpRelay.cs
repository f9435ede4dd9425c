using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>What a relay does with a datagram on its way.</summary>
internal sealed record RelayFaults
{
    /// <summary>The share of datagrams that never arrives.</summary>
    public double Loss { get; init; }

    /// <summary>The share that arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>The share that arrives after later ones.</summary>
    public double Reordering { get; init; }

    /// <summary>The share that is followed by a mutated copy.</summary>
    public double Mutation { get; init; }

    public int Seed { get; init; } = 1;
}

/// <summary>Stands between clients and a server, and treats their datagrams as a bad network does.</summary>
internal sealed class UdpRelay : IAsyncDisposable
{
    private readonly RelayFaults _faults;
    private readonly IPEndPoint _server;
    private readonly Socket _front = Bind();
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<EndPoint, Socket> _backs = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly Lock _gate = new();
    private readonly Random _random;

    public UdpRelay(IPEndPoint server, RelayFaults faults)
    {
        _server = server;
        _faults = faults;
        _random = new Random(faults.Seed);
        _running.Add(Task.Run(ForwardAsync));
    }

    public IPEndPoint EndPoint => (IPEndPoint)_front.LocalEndPoint!;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_running);
        _front.Dispose();
        foreach (Socket back in _backs.Values)
            back.Dispose();
        _over.Dispose();
    }

    private static Socket Bind()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task ForwardAsync()
    {
        await PumpAsync(_front, from => _backs.GetOrAdd(from, OpenBack), _ => _server);
    }

    private Socket OpenBack(EndPoint client)
    {
        Socket back = Bind();
        _running.Add(Task.Run(() => PumpAsync(back, _ => _front, _ => client)));
        return back;
    }

    private async Task PumpAsync(Socket socket, Func<EndPoint, Socket> through, Func<EndPoint, EndPoint> target)
    {
        byte[] buffer = new byte[2048];
        byte[]? held = null;
        try
        {
            while (true)
            {
                SocketReceiveFromResult got =
                    await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _over.Token);
                Socket way = through(got.RemoteEndPoint);
                EndPoint to = target(got.RemoteEndPoint);
                byte[] datagram = buffer[..got.ReceivedBytes];
                if (Happens(_faults.Loss))
                    continue;
                if (held is null && Happens(_faults.Reordering))
                {
                    held = datagram;
                    continue;
                }

                await way.SendToAsync(datagram, to, _over.Token);
                if (Happens(_faults.Duplication))
                    await way.SendToAsync(datagram, to, _over.Token);
                if (Happens(_faults.Mutation))
                    await way.SendToAsync(Mutate(datagram), to, _over.Token);
                if (held is not null)
                    await way.SendToAsync(held, to, _over.Token);
                held = null;
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private bool Happens(double share)
    {
        lock (_gate)
            return share > 0 && _random.NextDouble() < share;
    }

    private byte[] Mutate(byte[] datagram)
    {
        lock (_gate)
            return DatagramMutations.Mutate(datagram, _random);
    }
}
