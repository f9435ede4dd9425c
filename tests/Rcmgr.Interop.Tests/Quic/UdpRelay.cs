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

    /// <summary>After how many datagrams of a client its port changes, as behind a NAT that forgets; never for zero.</summary>
    public int RebindEvery { get; init; }

    /// <summary>
    /// The datagram of a client that is the first from a new port and the last that passes for <see cref="Darkness"/>; never for zero.
    /// </summary>
    public int DarkAfter { get; init; }

    public TimeSpan Darkness { get; init; } = TimeSpan.FromMilliseconds(500);

    public int Seed { get; init; } = 1;
}

/// <summary>Stands between clients and a server, and treats their datagrams as a bad network does.</summary>
internal sealed class UdpRelay : IAsyncDisposable
{
    private readonly RelayFaults _faults;
    private readonly IPEndPoint _server;
    private readonly Socket _front;
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<EndPoint, Binding> _bindings = new();
    private readonly ConcurrentBag<Socket> _backs = [];
    private readonly ConcurrentBag<Task> _running = [];
    private readonly Lock _gate = new();
    private readonly Random _random;

    public UdpRelay(IPEndPoint server, RelayFaults faults)
    {
        _server = server;
        _faults = faults;
        _front = Bind(server.Address);
        _random = new Random(faults.Seed);
        _running.Add(Task.Run(ForwardAsync));
    }

    public IPEndPoint EndPoint => (IPEndPoint)_front.LocalEndPoint!;

    /// <summary>How often a client's port has changed.</summary>
    public int Rebindings { get; private set; }

    /// <summary>Datagrams of clients that went out from where <see cref="MoveTo"/> says.</summary>
    public int SentAway { get; private set; }

    /// <summary>Datagrams that the server sent there.</summary>
    public int AnsweredAway { get; private set; }

    /// <summary>Gives every client a port at another address.</summary>
    public void MoveTo(IPAddress address)
    {
        foreach ((EndPoint client, Binding binding) in _bindings)
            binding.Current = OpenBack(client, binding, address);
    }

    /// <summary>Gives every client a new port.</summary>
    public void Rebind() => MoveTo(_server.Address);

    /// <summary>Gives every client its first port again.</summary>
    public void Return()
    {
        foreach (Binding binding in _bindings.Values)
            binding.Current = binding.Home!;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_running);
        _front.Dispose();
        foreach (Socket back in _backs)
            back.Dispose();
        _over.Dispose();
    }

    private static Socket Bind(IPAddress address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private Task ForwardAsync() => PumpAsync(_front, BackOf, _ => _server);

    private Socket? BackOf(EndPoint client)
    {
        Binding binding = _bindings.GetOrAdd(client, _ => new Binding());
        if (binding.Home is null)
        {
            binding.Home = OpenBack(client, binding, _server.Address);
            binding.Current = binding.Home;
        }

        binding.Datagrams++;
        bool darkens = binding.Datagrams == _faults.DarkAfter;
        if (darkens || (_faults.RebindEvery > 0 && binding.Datagrams % _faults.RebindEvery == 0))
        {
            binding.Current = OpenBack(client, binding, _server.Address);
            Rebindings++;
        }

        if (IsAway(binding.Current!))
            SentAway++;
        bool isDark = binding.IsDark;
        if (darkens)
            binding.DarkUntil = Environment.TickCount64 + (long)_faults.Darkness.TotalMilliseconds;
        return isDark ? null : binding.Current!;
    }

    /// <summary>A port to the server. What the server sends to it once the client has another one is lost.</summary>
    private Socket OpenBack(EndPoint client, Binding binding, IPAddress address)
    {
        Socket back = Bind(address);
        _backs.Add(back);
        _running.Add(Task.Run(() => PumpAsync(back, _ => Answer(binding, back), _ => client)));
        return back;
    }

    private Socket? Answer(Binding binding, Socket back)
    {
        if (IsAway(back))
            AnsweredAway++;
        return ReferenceEquals(binding.Current, back) && !binding.IsDark ? _front : null;
    }

    private bool IsAway(Socket back) => !((IPEndPoint)back.LocalEndPoint!).Address.Equals(_server.Address);

    private async Task PumpAsync(Socket socket, Func<EndPoint, Socket?> through, Func<EndPoint, EndPoint> target)
    {
        byte[] buffer = new byte[2048];
        byte[]? held = null;
        IPAddress anyone = socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        try
        {
            while (true)
            {
                SocketReceiveFromResult got =
                    await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(anyone, 0), _over.Token);
                Socket? way = through(got.RemoteEndPoint);
                EndPoint to = target(got.RemoteEndPoint);
                byte[] datagram = buffer[..got.ReceivedBytes];
                if (way is null || Happens(_faults.Loss))
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

    /// <summary>A client's way to the server.</summary>
    private sealed class Binding
    {
        private long _darkUntil;

        public int Datagrams { get; set; }

        public long DarkUntil
        {
            set => Volatile.Write(ref _darkUntil, value);
        }

        public bool IsDark => Environment.TickCount64 < Volatile.Read(ref _darkUntil);

        public Socket? Home { get; set; }

        public Socket? Current { get; set; }
    }
}
