using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Tool.Demo;

/// <summary>One dialled QUIC connection with an engine of its own, which no manager accounts for. Disposing it ends both.</summary>
internal sealed class BareQuic : IMuxedConnection
{
    private static readonly ResourceManager Unguarded = ResourceManager.CreateNull();

    private readonly IQuicEngine _engine;
    private readonly ConnectionScope _scope;
    private readonly IMuxedConnection _session;

    private BareQuic(IQuicEngine engine, ConnectionScope scope, IMuxedConnection session)
    {
        _engine = engine;
        _scope = scope;
        _session = session;
    }

    public Task Completion => _session.Completion;

    /// <summary>Connects and proves <paramref name="identity"/>; the remote has to be <paramref name="expected"/>, unless that is null.</summary>
    public static async Task<BareQuic> DialAsync(
        IPEndPoint endPoint, PeerId? expected, HostIdentity identity, CancellationToken cancellationToken)
    {
        Ngtcp2Engine engine = new(identity, QuicOptions.Default, TimeProvider.System, NullLogger.Instance);
        ConnectionScope scope = Unguarded.OpenConnection(Direction.Outbound, usesFileDescriptor: true);
        try
        {
            IQuicConnection connection = await engine.DialAsync(endPoint, scope, cancellationToken);
            return new BareQuic(engine, scope, (await QuicUpgrader.UpgradeAsync(connection, scope, expected, TimeProvider.System)).Session);
        }
        catch
        {
            await engine.DisposeAsync();
            scope.Dispose();
            throw;
        }
    }

    public ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken) => _session.OpenStreamAsync(cancellationToken);

    public ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken) => _session.AcceptStreamAsync(cancellationToken);

    public ValueTask CloseAsync(uint code, CancellationToken cancellationToken) => _session.CloseAsync(code, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _engine.DisposeAsync();
        _scope.Dispose();
    }
}
