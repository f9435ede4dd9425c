using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>The native connection: how it is made, fed, closed and freed. On the loop's thread.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    private const byte BadCertificateAlert = 42;
    private const int ClientIdLength = 18;
    private const int MaxPayload = 1452;
    private const int ActiveIdLimit = 7;
    private const int RetryToken = 1;

    /// <summary>The longest reason of a remote that is repeated.</summary>
    private const int MaxReason = 128;

    private readonly ConnectionAllocator _allocator;
    private readonly HashSet<ConnectionIdKey> _ids = [];
    private readonly byte[] _admitted;
    private GCHandle _self;
    private ConnectionReference* _reference;
    private nint _native;
    private nint _session;
    private Refusal? _refusal;
    private Exception? _fault;
    private bool _isTimedOut;
    private bool _isPastHandshake;
    private bool _isHandshakeCounted;

    /// <summary>
    /// Makes a connection of a client's first packet; null when its account does not pay for it. The account becomes the connection's
    /// with success.
    /// </summary>
    public static Ngtcp2Connection? TryAccept(
        UdpEndpoint endpoint, NativePacketHeader* header, NativeConnectionId* provenOriginal, IPEndPoint remote, in NativePath path,
        ConnectionScope scope, ulong now, out Refusal refusal)
    {
        if (!scope.TryReserveMemory(HandshakeBytes, MemoryPriority.Always, out refusal))
            return null;
        Ngtcp2Connection connection = new(endpoint, isServer: true, remote, scope);
        NativeSettings settings;
        NativeTransportParameters parameters;
        connection.Configure(&settings, &parameters, now);
        parameters.DisableActiveMigration = 1;
        parameters.OriginalDestinationId = provenOriginal is null ? header->DestinationId : *provenOriginal;
        parameters.HasOriginalDestinationId = 1;
        if (provenOriginal is not null)
        {
            parameters.RetrySourceId = header->DestinationId;
            parameters.HasRetrySourceId = 1;
            settings.Token = header->Token;
            settings.TokenLength = header->TokenLength;
            settings.TokenType = RetryToken;
        }

        NativeConnectionId own = Ngtcp2Context.NewConnectionId(DatagramHeader.OwnIdLength);
        if (endpoint.Context.TryCreateResetToken(&own, &parameters.StatelessResetToken))
            parameters.HasStatelessResetToken = 1;
        connection.Create(&header->SourceId, &own, path, header->Version, &settings, &parameters);
        connection.AddId(ConnectionIdKey.Of(header->DestinationId));
        connection._isHandshakeCounted = true;
        endpoint.Handshaking++;
        return connection;
    }

    /// <summary>Starts to connect. The scope stays the caller's.</summary>
    /// <exception cref="ResourceLimitExceededException">The scope does not pay for the handshake.</exception>
    public static Ngtcp2Connection Dial(UdpEndpoint endpoint, IPEndPoint remote, ConnectionScope scope)
    {
        scope.ReserveMemory(HandshakeBytes);
        Ngtcp2Connection connection = new(endpoint, isServer: false, remote, scope);
        NativeSettings settings;
        NativeTransportParameters parameters;
        connection.Configure(&settings, &parameters, NativeLoop.Now);
        NativeConnectionId first = Ngtcp2Context.NewConnectionId(ClientIdLength);
        NativeConnectionId own = Ngtcp2Context.NewConnectionId(DatagramHeader.OwnIdLength);
        byte* address = stackalloc byte[SocketAddresses.MaxBytes];
        int length = SocketAddresses.Write(remote, new Span<byte>(address, SocketAddresses.MaxBytes));
        NativePath path = new()
        {
            Local = endpoint.LocalAddress,
            Remote = new NativeAddress { Socket = address, Length = (uint)length },
        };
        connection.Create(&first, &own, path, DatagramHeader.QuicV1, &settings, &parameters);
        connection.MarkDirty();
        return connection;
    }

    /// <summary>
    /// Takes a datagram. The library's client must write once between the packet that ends its handshake and any packet after the
    /// handshake: a server that confirms the handshake before that would end the process. So such packets wait for that write, and are
    /// lost where they came too early.
    /// </summary>
    public void Receive(in NativePath path, byte* datagram, int length)
    {
        if (_native == 0 || !IsFromAdmitted(path))
            return;
        if (IsServer || _isPastHandshake)
        {
            Read(path, datagram, length);
            return;
        }

        int handshake = DatagramHeader.HandshakeLength(new ReadOnlySpan<byte>(datagram, length));
        Read(path, datagram, handshake);
        if (IsEstablished)
            Flush();
        if (_isPastHandshake)
            Read(path, datagram + handshake, length - handshake);
    }

    private void Read(in NativePath path, byte* packet, int length)
    {
        if (_native == 0 || length < 1)
            return;
        NativePacketInfo info = default;
        NativePath from = path;
        int result = Ngtcp2Api.ngtcp2_conn_read_pkt_versioned(
            _native, &from, StructVersion.PacketInfo, &info, packet, (nuint)length, NativeLoop.Now);
        if (result == 0)
        {
            RetryBlocked();
            MarkDirty();
            AfterEvents();
            return;
        }

        switch (result)
        {
            case NativeError.Draining:
                Retire(DescribeRemoteClose(), packet: null);
                break;
            case NativeError.DropConnection or NativeError.Retry:
                Retire(Broken("the first packet was no valid one", SessionEndReason.ProtocolViolation), packet: null);
                break;
            case NativeError.Crypto:
                CloseWithAlert(Ngtcp2Api.ngtcp2_conn_get_tls_alert(_native), SessionEndReason.ProtocolViolation);
                break;
            default:
                CloseWithError(result);
                break;
        }
    }

    /// <summary>
    /// Whether a datagram comes from the address that was admitted. Another port is a NAT that forgot the old one, and the library
    /// validates it; another address would have a connection that no limit by address ever saw.
    /// </summary>
    private bool IsFromAdmitted(in NativePath path)
    {
        ReadOnlySpan<byte> from = new(path.Remote.Socket, (int)path.Remote.Length);
        return !IsServer || SocketAddresses.HostOf(from).SequenceEqual(SocketAddresses.HostOf(_admitted));
    }

    void ITimed.OnTimer()
    {
        if (_native == 0)
            return;
        int result = Ngtcp2Api.ngtcp2_conn_handle_expiry(_native, NativeLoop.Now);
        if (result == 0)
        {
            MarkDirty();
            AfterEvents();
            return;
        }

        _isTimedOut = result is NativeError.HandshakeTimeout or NativeError.IdleClose;
        if (_isTimedOut)
            Retire(Broken(Ngtcp2Api.Describe(result), SessionEndReason.KeepAliveTimeout), packet: null);
        else
            CloseWithError(result);
    }

    /// <summary>The kernel says that nobody listens at the remote address.</summary>
    public void OnUnreachable()
    {
        if (!IsEstablished)
            Retire(Broken("nobody listens at the remote address", SessionEndReason.ChannelFailed), packet: null);
    }

    /// <summary>Ends without a word: the loop ends.</summary>
    public void Abandon() => Retire(new SessionEnd(SessionEndReason.LocalClose, 0, "The host stopped."), packet: null);

    private void CloseLocally(uint code, bool isAlert)
    {
        if (_native == 0)
            return;
        if (isAlert)
            CloseWithAlert((byte)code, SessionEndReason.LocalClose);
        else
            CloseWithCode(code, new SessionEnd(SessionEndReason.LocalClose, code, "The session was closed."));
    }

    private void Configure(NativeSettings* settings, NativeTransportParameters* parameters, ulong now)
    {
        Ngtcp2Api.ngtcp2_settings_default_versioned(StructVersion.Settings, settings);
        Ngtcp2Api.ngtcp2_transport_params_default_versioned(StructVersion.TransportParameters, parameters);
        settings->InitialTime = now;
        settings->HandshakeTimeout = Nanoseconds(_options.HandshakeTimeout);
        settings->MaxPayload = MaxPayload;
        // No growth behind the accountant's back.
        settings->MaxWindow = 0;
        settings->MaxStreamWindow = 0;
        parameters->MaxStreamDataBidiLocal = (ulong)_options.StreamWindow;
        parameters->MaxStreamDataBidiRemote = (ulong)_options.StreamWindow;
        parameters->MaxData = (ulong)_options.ConnectionWindow;
        parameters->MaxStreamsBidi = (ulong)_options.MaxInboundStreams;
        parameters->MaxStreamsUni = 0;
        parameters->MaxIdleTimeout = Nanoseconds(_options.IdleTimeout);
        parameters->ActiveConnectionIdLimit = ActiveIdLimit;
    }

    private void Create(
        NativeConnectionId* remoteId, NativeConnectionId* ownId, in NativePath path, uint version,
        NativeSettings* settings, NativeTransportParameters* parameters)
    {
        try
        {
            CreateNative(remoteId, ownId, path, version, settings, parameters);
        }
        catch
        {
            Free();
            throw;
        }

        Ngtcp2Api.ngtcp2_conn_set_keep_alive_timeout(_native, Nanoseconds(_options.KeepAliveInterval));
        AddId(ConnectionIdKey.Of(*ownId));
        _endpoint.Add(this);
    }

    private void CreateNative(
        NativeConnectionId* remoteId, NativeConnectionId* ownId, NativePath path, uint version,
        NativeSettings* settings, NativeTransportParameters* parameters)
    {
        nint owner = GCHandle.ToIntPtr(_self);
        _reference = (ConnectionReference*)NativeMemory.AllocZeroed((nuint)sizeof(ConnectionReference));
        *_reference = new ConnectionReference { GetConnection = NativeEvents.GetConnectionFunction, Owner = owner };
        _session = _endpoint.Context.Credentials.CreateSession(IsServer, _reference);
        NativeCallbacks callbacks = _endpoint.Context.Callbacks;
        nint native;
        int result = IsServer
            ? Ngtcp2Api.ngtcp2_conn_server_new_versioned(
                &native, remoteId, ownId, &path, version, StructVersion.Callbacks, &callbacks, StructVersion.Settings, settings,
                StructVersion.TransportParameters, parameters, _allocator.Table, owner)
            : Ngtcp2Api.ngtcp2_conn_client_new_versioned(
                &native, remoteId, ownId, &path, version, StructVersion.Callbacks, &callbacks, StructVersion.Settings, settings,
                StructVersion.TransportParameters, parameters, _allocator.Table, owner);
        if (result != 0)
            throw new IOException($"The QUIC connection cannot be made: {Ngtcp2Api.Describe(result)}");
        _native = native;
        _reference->Connection = native;
        Ngtcp2Api.ngtcp2_conn_set_tls_native_handle(native, _session);
    }

    /// <summary>Acts on what callbacks decided while the library was busy.</summary>
    private void AfterEvents()
    {
        if (_native == 0)
            return;
        if (_refusal is { } refusal && !IsEstablished)
        {
            CloseWithCode(
                ConnectionErrorCode.ResourceLimitExceeded,
                new SessionEnd(SessionEndReason.LocalClose, ConnectionErrorCode.ResourceLimitExceeded, refusal.ToString()));
            return;
        }

        if (IsEstablished && !_isHandedOver)
            HandOver();
    }

    private void HandOver()
    {
        _isHandedOver = true;
        CountHandshakeOut();
        _established.TrySetResult();
        if (_endpoint.Gate is null || _endpoint.Gate.TryTake(this, _scope))
            return;
        _isHandedOver = false;
        CloseWithCode(
            ConnectionErrorCode.Shutdown, new SessionEnd(SessionEndReason.LocalClose, ConnectionErrorCode.Shutdown, "The host stops."));
    }

    private void CountHandshakeOut()
    {
        if (!_isHandshakeCounted)
            return;
        _isHandshakeCounted = false;
        _endpoint.Handshaking--;
    }

    private void CloseWithError(int result)
    {
        if (result == NativeError.OutOfMemory)
        {
            CloseForMemory();
            return;
        }

        if (_fault is not null)
            LogFault(_endpoint.Context.Logger, _fault);
        NativeCloseError error;
        Ngtcp2Api.ngtcp2_ccerr_set_liberr(&error, result, null, 0);
        WriteClose(&error, Broken(Ngtcp2Api.Describe(result), SessionEndReason.ProtocolViolation));
    }

    private void CloseForMemory()
    {
        string detail = $"The library may have {_allocator.Limit} bytes for a connection, and wanted more.";
        if (_allocator.LastRefusal is { } refused)
        {
            detail = refused.ToString();
            _refusal ??= refused;
            if (!IsEstablished)
                _endpoint.Gate?.Refused(RemoteEndPoint, refused);
        }

        CloseWithCode(
            ConnectionErrorCode.ResourceLimitExceeded,
            new SessionEnd(SessionEndReason.LocalClose, ConnectionErrorCode.ResourceLimitExceeded, detail));
    }

    private void CloseWithAlert(byte alert, SessionEndReason reason)
    {
        NativeCloseError error;
        Ngtcp2Api.ngtcp2_ccerr_set_tls_alert(&error, alert, null, 0);
        WriteClose(&error, Broken($"the TLS handshake failed with alert {alert}", reason));
    }

    private void CloseWithCode(uint code, SessionEnd end)
    {
        NativeCloseError error;
        Ngtcp2Api.ngtcp2_ccerr_set_application_error(&error, code, null, 0);
        WriteClose(&error, end);
    }

    private void WriteClose(NativeCloseError* error, SessionEnd end)
    {
        SendBatch batch = Loop.Outgoing;
        NativePath path = batch.NewPath();
        NativePacketInfo info;
        nint length = Ngtcp2Api.ngtcp2_conn_write_connection_close_versioned(
            _native, &path, StructVersion.PacketInfo, &info, batch.Next, MaxPayload, error, NativeLoop.Now);
        byte[]? packet = null;
        if (length > 0)
        {
            _endpoint.Send(batch.Next, (int)length, (int)length, path);
            packet = new ReadOnlySpan<byte>(batch.Next, (int)length).ToArray();
        }

        Retire(end, packet);
    }

    private void Retire(SessionEnd end, byte[]? packet)
    {
        if (_native == 0)
            return;
        if (!_isTimedOut)
            _endpoint.Remember([.. _ids], packet ?? [], NativeLoop.Now + (3 * Math.Min(Ngtcp2Api.ngtcp2_conn_get_pto(_native), 1_000_000_000)));
        Finish(end);
    }

    private SessionEnd DescribeRemoteClose()
    {
        NativeCloseError* error = Ngtcp2Api.ngtcp2_conn_get_ccerr(_native);
        string reason = error->Reason is null
            ? string.Empty
            : Encoding.UTF8.GetString(new ReadOnlySpan<byte>(error->Reason, (int)nuint.Min(error->ReasonLength, MaxReason)));
        string kind = error->Type == NativeCloseError.Application ? "code" : "transport error";
        return new SessionEnd(
            SessionEndReason.RemoteClose, (uint)Math.Min(error->Code, uint.MaxValue),
            $"The remote closed the connection with {kind} 0x{error->Code:x}{(reason.Length == 0 ? "." : $": {reason}")}");
    }

    private static SessionEnd Broken(string what, SessionEndReason reason) => new(reason, 0, $"The QUIC connection ended: {what}.");

    private static ulong Nanoseconds(TimeSpan time) => (ulong)time.Ticks * 100;

    private void AddId(in ConnectionIdKey id)
    {
        _ids.Add(id);
        _endpoint.AddRoute(id, this);
    }

    private void Free()
    {
        foreach (ConnectionIdKey id in _ids)
            _endpoint.RemoveRoute(id, this);
        if (_native != 0)
            Ngtcp2Api.ngtcp2_conn_del(_native);
        _native = 0;
        if (_session != 0)
            GnuTlsApi.gnutls_deinit(_session);
        _session = 0;
        foreach (Ngtcp2Stream stream in _streams.Values)
            stream.FreeSent();
        NativeMemory.Free(_reference);
        _reference = null;
        _allocator.Release();
        if (_self.IsAllocated)
            _self.Free();
    }
}
