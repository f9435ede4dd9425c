using System.Net;
using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>The native connection: how it is made and freed. On the loop's thread.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    private const int ClientIdLength = 18;
    private const int MaxPayload = 1452;
    private const int ActiveIdLimit = 7;
    private const int RetryToken = 1;

    private readonly ConnectionAllocator _allocator;
    private readonly HashSet<ConnectionIdKey> _ids = [];
    private GCHandle _self;
    private ConnectionReference* _reference;
    private nint _native;
    private nint _session;
    private Refusal? _refusal;
    private Exception? _fault;
    private bool _isTimedOut;
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
        PathKey.Write(path, connection._firstPath);
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

    private void Configure(NativeSettings* settings, NativeTransportParameters* parameters, ulong now)
    {
        Ngtcp2Api.ngtcp2_settings_default_versioned(StructVersion.Settings, settings);
        Ngtcp2Api.ngtcp2_transport_params_default_versioned(StructVersion.TransportParameters, parameters);
        settings->InitialTime = now;
        settings->InitialRoundTrip = Nanoseconds(_options.InitialRoundTrip);
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
