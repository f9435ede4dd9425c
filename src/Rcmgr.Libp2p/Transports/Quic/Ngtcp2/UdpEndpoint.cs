using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// One UDP socket and the connections on it: all those that a listener accepted, or the one of a dial. Everything happens on the loop's
/// thread.
/// </summary>
internal sealed unsafe partial class UdpEndpoint
{
    private const int SocketBufferBytes = 4 * 1024 * 1024;

    /// <summary>No sender of QUIC finds a path for larger ones.</summary>
    private const int LargestDatagram = 2048;


    private readonly NativeLoop _loop;
    private readonly Socket _socket;
    private readonly IQuicGate? _gate;
    private readonly byte[] _local = GC.AllocateUninitializedArray<byte>(SocketAddresses.MaxBytes, pinned: true);
    private readonly byte[] _arrivedAt = GC.AllocateUninitializedArray<byte>(SocketAddresses.MaxBytes, pinned: true);
    private readonly uint _localLength;
    private readonly bool _isWildcard;
    private readonly Dictionary<ConnectionIdKey, Ngtcp2Connection> _routes = [];
    private readonly HashSet<Ngtcp2Connection> _connections = [];
    private bool _hasSegmentation = true;
    private bool _isClosing;
    private bool _isGone;

    private UdpEndpoint(NativeLoop loop, Ngtcp2Context context, Socket socket, IQuicGate? gate)
    {
        _loop = loop;
        _socket = socket;
        _gate = gate;
        Context = context;
        Handle = socket.SafeHandle;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _localLength = (uint)SocketAddresses.Write(LocalEndPoint, _local);
        _isWildcard = LocalEndPoint.Address.Equals(IPAddress.Any) || LocalEndPoint.Address.Equals(IPAddress.IPv6Any);
    }

    public IPEndPoint LocalEndPoint { get; }

    public Ngtcp2Context Context { get; }

    public NativeLoop Loop => _loop;

    public IQuicGate? Gate => _gate;

    public SafeHandle Handle { get; }

    /// <summary>Names the endpoint among those of the loop.</summary>
    public ulong Key { get; set; }

    /// <summary>Connections that live, running handshakes included.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Ids that lead to a connection.</summary>
    public int RouteCount => _routes.Count;

    /// <summary>The local address of a socket that is bound to one.</summary>
    public NativeAddress LocalAddress =>
        new() { Socket = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_local, 0), Length = _localLength };

    /// <summary>Binds a listener. An IPv6 socket takes IPv6 only: both families have their own address.</summary>
    public static UdpEndpoint Listen(NativeLoop loop, Ngtcp2Context context, IPEndPoint endPoint, IQuicGate gate) =>
        Open(endPoint, socket =>
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetwork)
                SetOption(socket, SocketAddresses.IpLevel, SocketAddresses.IpPacketInfo);
            else
                SetOption(socket, SocketAddresses.Ipv6Level, SocketAddresses.Ipv6ReceivePacketInfo);
            socket.Bind(endPoint);
            return new UdpEndpoint(loop, context, socket, gate);
        });

    /// <summary>Makes a socket for one connection. The kernel reports when nobody listens at the other end.</summary>
    public static UdpEndpoint Connect(NativeLoop loop, Ngtcp2Context context, IPEndPoint endPoint) =>
        Open(endPoint, socket =>
        {
            socket.Connect(endPoint);
            return new UdpEndpoint(loop, context, socket, gate: null);
        });

    /// <summary>Has the loop receive for it.</summary>
    public void Start() => _loop.Add(this);

    public void AddRoute(in ConnectionIdKey id, Ngtcp2Connection connection) => _routes[id] = connection;

    public void RemoveRoute(in ConnectionIdKey id, Ngtcp2Connection connection)
    {
        if (_routes.TryGetValue(id, out Ngtcp2Connection? owner) && ReferenceEquals(owner, connection))
            _routes.Remove(id);
    }

    public void Add(Ngtcp2Connection connection) => _connections.Add(connection);

    /// <summary>Forgets a connection that is over.</summary>
    public void Remove(Ngtcp2Connection connection)
    {
        _connections.Remove(connection);
        if (_connections.Count == 0 && (_isClosing || _gate is null))
            Close();
    }

    /// <summary>The loop ends: nothing of the endpoint is left.</summary>
    public void Abandon()
    {
        _isClosing = true;
        foreach (Ngtcp2Connection connection in _connections.ToArray())
            connection.Abandon();
        Close();
    }

    public void Receive()
    {
        ReceiveBatch batch = _loop.Incoming;
        int count = batch.Receive(Handle);
        if (count < 0)
        {
            OnReceiveError(Marshal.GetLastPInvokeError());
            return;
        }

        ulong now = NativeLoop.Now;
        for (int i = 0; i < count && !_isGone; i++)
            Dispatch(batch, i, now);
    }

    /// <summary>Sends packets that lie one after the other, each of <paramref name="segment"/> bytes but for the last. A full socket is a loss.</summary>
    public void Send(byte* packets, int length, int segment, in NativePath path)
    {
        if (length > segment && !_hasSegmentation)
        {
            for (int at = 0; at < length; at += segment)
                SendOnce(packets + at, Math.Min(segment, length - at), segment: 0, path);
            return;
        }

        int error = SendOnce(packets, length, length > segment ? segment : 0, path);
        if (length <= segment || error is not (LibcApi.InputOutputError or LibcApi.InvalidArgument))
            return;
        // The interface or the kernel cannot cut the packets.
        _hasSegmentation = false;
        Send(packets, length, segment, path);
    }

    /// <summary>Refuses new connections, and closes the socket with the last that there is.</summary>
    public void StopAccepting()
    {
        _isClosing = true;
        if (_connections.Count == 0)
            Close();
    }

    private static UdpEndpoint Open(IPEndPoint endPoint, Func<Socket, UdpEndpoint> create)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = SocketBufferBytes,
            SendBufferSize = SocketBufferBytes,
        };
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            JoinReceived(socket);
            return create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void JoinReceived(Socket socket)
    {
        try
        {
            SetOption(socket, SocketAddresses.UdpLevel, SocketAddresses.UdpJoining);
        }
        catch (SocketException)
        {
            // An old kernel: every datagram has a buffer of its own.
        }
    }

    private static void SetOption(Socket socket, int level, int name)
    {
        Span<byte> on = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(on, 1);
        socket.SetRawSocketOption(level, name, on);
    }

    private void Dispatch(ReceiveBatch batch, int index, ulong now)
    {
        ReadOnlySpan<byte> datagrams = batch.Datagrams(index);
        _local.CopyTo(_arrivedAt.AsSpan());
        int segment = SocketAddresses.Take(batch.Control(index), _arrivedAt);
        NativePath path = new()
        {
            Local = new NativeAddress { Socket = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_arrivedAt, 0), Length = _localLength },
            Remote = batch.Source(index),
        };
        if (segment <= 0)
            segment = datagrams.Length;
        for (; !datagrams.IsEmpty && !_isGone; datagrams = datagrams[Math.Min(segment, datagrams.Length)..])
            Dispatch(datagrams[..Math.Min(segment, datagrams.Length)], path, now);
    }

    private void Dispatch(ReadOnlySpan<byte> datagram, in NativePath path, ulong now)
    {
        if (datagram.Length > LargestDatagram || !DatagramHeader.TryRead(datagram, out DatagramHeader header))
            return;
        fixed (byte* packet = datagram)
        {
            if (_routes.TryGetValue(new ConnectionIdKey(header.DestinationId), out Ngtcp2Connection? connection))
                connection.Receive(path, packet, datagram.Length);
            else if (_gate is not null)
                AnswerStranger(header, path, packet, datagram.Length, now);
        }
    }

    /// <summary>Only the socket of a dial is told; a forged report can end a handshake, not a connection.</summary>
    private void OnReceiveError(int error)
    {
        if (error != LibcApi.ConnectionRefused || _gate is not null)
            return;
        foreach (Ngtcp2Connection connection in _connections.ToArray())
            connection.OnUnreachable();
    }

    private int SendOnce(byte* packets, int length, int segment, in NativePath path)
    {
        NativeVector vector = new() { Base = packets, Length = (nuint)length };
        byte* control = stackalloc byte[SocketAddresses.MaxSourceBytes + 24];
        NativeMessage message = new() { Vectors = &vector, VectorCount = 1 };
        int controlLength = 0;
        if (_gate is not null)
        {
            message.Name = path.Remote.Socket;
            message.NameLength = path.Remote.Length;
        }

        if (_isWildcard)
            controlLength = SocketAddresses.WriteSource(
                new ReadOnlySpan<byte>(path.Local.Socket, SocketAddresses.MaxBytes), new Span<byte>(control, SocketAddresses.MaxSourceBytes));
        if (segment > 0)
        {
            Span<byte> cut = new(control + controlLength, 24);
            cut.Clear();
            SocketAddresses.WriteHeader(cut, 16 + sizeof(ushort), SocketAddresses.UdpLevel, SocketAddresses.UdpSegment);
            MemoryMarshal.Write(cut[16..], (ushort)segment);
            controlLength += 24;
        }

        if (controlLength > 0)
        {
            message.Control = control;
            message.ControlLength = (nuint)controlLength;
        }

        return LibcApi.sendmsg(Handle, &message, LibcApi.DontWait) >= 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    private void Close()
    {
        if (_isGone)
            return;
        _isGone = true;
        ForgetClosed();
        _loop.Remove(this);
        _socket.Dispose();
    }
}
