using System.Net;
using System.Net.Quic;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// Asks about each connection after its first packet, the earliest moment there is, and hands over those whose handshakes succeed.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed partial class MsQuicListener : IQuicListener
{
    /// <summary>The time in which the platform tears down a connection whose handshake was broken off.</summary>
    private static readonly TimeSpan TearDown = TimeSpan.FromSeconds(5);

    private readonly IQuicGate _gate;
    private readonly MsQuicSettings _settings;
    private readonly ILogger _logger;
    private readonly PendingAdmissions<QuicConnection> _pending;
    private readonly OwnedTasks _ending;
    private QuicListener _native = null!;
    private Task _accepting = Task.CompletedTask;

    private MsQuicListener(IQuicGate gate, MsQuicSettings settings, TimeProvider time, ILogger logger)
    {
        _gate = gate;
        _settings = settings;
        _logger = logger;
        _pending = new PendingAdmissions<QuicConnection>(settings.Options.HandshakeTimeout + TearDown, time);
        _ending = new OwnedTasks(logger);
    }

    public IPEndPoint LocalEndPoint => _native.LocalEndPoint;

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public static async Task<MsQuicListener> StartAsync(
        IPEndPoint endPoint, IQuicGate gate, MsQuicSettings settings, TimeProvider time, ILogger logger,
        CancellationToken cancellationToken)
    {
        MsQuicListener listener = new(gate, settings, time, logger);
        try
        {
            listener._native = await QuicListener.ListenAsync(
                settings.Listen(endPoint, (native, _, _) => ValueTask.FromResult(listener.Admit(native))), cancellationToken);
        }
        catch (QuicException e)
        {
            throw new SocketException(
                (int)(e.QuicError is QuicError.AlpnInUse ? SocketError.AddressAlreadyInUse : SocketError.SocketError), e.Message);
        }

        listener._accepting = Task.Run(listener.AcceptAsync, CancellationToken.None);
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await _native.DisposeAsync();
        await _accepting;
        _pending.Dispose();
        await _ending.CompleteAsync();
    }

    /// <summary>Opens the account of a connection. The platform has no other way to refuse one than an exception.</summary>
    /// <exception cref="QuicException">The connection is refused.</exception>
    private QuicServerConnectionOptions Admit(QuicConnection native)
    {
        IPEndPoint remote = MsQuicConnection.RemoteOf(native);
        // Nothing here can ask an address for a proof, so one that had to give it is refused.
        if (_gate.MustProveAddress(remote.Address))
            throw Refused($"{remote} would have to prove its address, which this engine cannot ask for");
        if (!_gate.TryAdmit(remote, out ConnectionScope? scope))
            throw Refused($"the resource manager refused a connection from {remote}");
        if (!scope.TryReserveMemory(MsQuicSettings.ConnectionBytes, MemoryPriority.Always, out Refusal refusal))
        {
            scope.Dispose();
            _gate.Refused(remote, refusal);
            throw Refused($"the resource manager refused the memory of a connection from {remote}");
        }

        Admission admission = new(scope);
        if (!_pending.TryAdd(native, admission))
        {
            scope.Dispose();
            throw Refused("the listener stops");
        }

        return _settings.Accept(certificate => OnCertificate(admission, certificate), admission.Credit);
    }

    /// <summary>Data may follow at once, so the windows are paid for here; who cannot pay is told so when the handshake is done.</summary>
    private void OnCertificate(Admission admission, byte[] certificate)
    {
        if (!admission.Scope.TryReserveMemory(_settings.Options.ConnectionWindow, MemoryPriority.Always, out Refusal refusal))
            admission.Refusal = refusal;
        admission.Certificate = certificate;
    }

    /// <summary>Accepts until the listener is disposed: a failed handshake or a refusal ends one wait, and none ends the loop.</summary>
    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                TakeOver(await _native.AcceptConnectionAsync(CancellationToken.None));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                LogNotAccepted(_logger, e.InnerException?.Message ?? e.Message);
            }
        }
    }

    private void TakeOver(QuicConnection native)
    {
        if (!_pending.TryTake(native, out Admission? admission))
        {
            _ending.TryRun(() => native.DisposeAsync().AsTask());
            return;
        }

        MsQuicConnection connection = new(native, admission.Certificate, admission.Scope, admission.Credit, _logger);
        if (admission.Refusal is { } refusal)
        {
            _gate.Refused(connection.RemoteEndPoint, refusal);
            End(connection, admission.Scope, ConnectionErrorCode.ResourceLimitExceeded);
        }
        else if (!_gate.TryTake(connection, admission.Scope))
        {
            End(connection, admission.Scope, ConnectionErrorCode.Shutdown);
        }
    }

    private void End(MsQuicConnection connection, ConnectionScope scope, uint code) => _ending.TryRun(async () =>
    {
        await connection.CloseAsync(code, CancellationToken.None);
        scope.Dispose();
    });

    private static QuicException Refused(string why) => new(QuicError.ConnectionRefused, applicationErrorCode: null, why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A QUIC connection was not accepted: {Reason}")]
    private static partial void LogNotAccepted(ILogger logger, string reason);
}
