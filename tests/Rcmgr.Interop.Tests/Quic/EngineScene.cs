using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>An engine without a host around it, which takes every connection and echoes every stream, and can be made to fail.</summary>
internal sealed class EngineScene : IQuicGate, IAsyncDisposable
{
    private readonly HostIdentity _identity = HostIdentity.Generate();
    private readonly Ngtcp2Engine _engine;
    private readonly ConcurrentBag<Task> _serving = [];

    public EngineScene(QuicOptions? options = null, Ngtcp2Faults? faults = null)
    {
        Ngtcp2Library.Require();
        _engine = new Ngtcp2Engine(
            _identity, options ?? QuicOptions.Default, TimeProvider.System, NullLogger.Instance, faults);
    }

    /// <summary>Accounts for all of the engine's connections.</summary>
    public ResourceManager Manager { get; } = new(ResourceManagerLimits.Infinite);

    public async Task<IPEndPoint> ListenAsync() =>
        (await _engine.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), this, TestContext.Current.CancellationToken)).LocalEndPoint;

    /// <summary>Connects and has bytes echoed; fails as connections and streams do.</summary>
    public async Task EchoAsync(IPEndPoint remote, int streams, int bytes, CancellationToken cancellationToken)
    {
        using ConnectionScope scope = Manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true, remote.Address);
        await using IQuicConnection connection = await _engine.DialAsync(remote, scope, cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => EchoAsync(connection, bytes, cancellationToken)));
    }

    bool IQuicGate.MustProveAddress(IPAddress address) => false;

    bool IQuicGate.TryAdmit(IPEndPoint remote, [NotNullWhen(true)] out ConnectionScope? scope) =>
        Manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: false, remote.Address, out scope, out _);

    void IQuicGate.Refused(IPEndPoint remote, in Refusal refusal)
    {
    }

    bool IQuicGate.TryTake(IQuicConnection connection, ConnectionScope scope)
    {
        _serving.Add(Task.Run(() => ServeAsync(connection, scope)));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await Task.WhenAll(_serving);
        _identity.Dispose();
    }

    private static async Task EchoAsync(IQuicConnection connection, int bytes, CancellationToken cancellationToken)
    {
        byte[] sent = new byte[bytes];
        Random.Shared.NextBytes(sent);
        byte[] received = new byte[bytes];
        await using MuxedStream stream = await connection.OpenStreamAsync(cancellationToken);
        Task writing = WriteAsync();
        await stream.ReadExactlyAsync(received, cancellationToken);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received), "A stream came back with other bytes.");

        async Task WriteAsync()
        {
            await stream.WriteAsync(sent, cancellationToken);
            await stream.CloseWriteAsync(cancellationToken);
        }
    }

    private static async Task ServeAsync(IQuicConnection connection, ConnectionScope scope)
    {
        List<Task> echoing = [];
        while (await connection.AcceptStreamAsync(CancellationToken.None) is { } stream)
            echoing.Add(Task.Run(() => EchoBackAsync(stream)));
        await Task.WhenAll(echoing);
        await connection.Completion;
        scope.Dispose();
    }

    private static async Task EchoBackAsync(MuxedStream stream)
    {
        await using (stream)
        {
            try
            {
                await stream.CopyToAsync(stream);
                await stream.CloseWriteAsync();
            }
            catch (IOException)
            {
                // The remote broke the stream or the connection.
            }
        }
    }
}
