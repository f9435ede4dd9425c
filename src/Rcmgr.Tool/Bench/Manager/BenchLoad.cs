using System.Net;
using System.Runtime.CompilerServices;

namespace Rcmgr.Tool.Bench.Manager;

/// <summary>What one thread works on: peers of its own, and names that compare equal to the other threads' but are not the same objects.</summary>
internal sealed class BenchLoad
{
    private const long Size = 4096;

    private readonly ResourceManager _manager;
    private readonly IPAddress _address;
    private readonly PeerKey _passing;
    private readonly PeerKey _full;
    private readonly StreamScope _stream;
    private readonly string _protocol = new("/benchmark/1.0.0".AsSpan());
    private readonly string _service = new("benchmark".AsSpan());

    /// <param name="manager">The manager.</param>
    /// <param name="keys">Makes a peer that no other thread has.</param>
    /// <param name="address">An address that no other thread has.</param>
    public BenchLoad(ResourceManager manager, Func<PeerKey> keys, IPAddress address)
    {
        _manager = manager;
        _address = address;
        _passing = keys();
        _full = keys();
        _stream = manager.OpenStream(keys(), Direction.Inbound);
        _stream.SetProtocol(_protocol);
        _stream.SetService(_service);
        StreamScope only = manager.OpenStream(_full, Direction.Inbound);
        only.SetProtocol(_protocol);
        using ScopeView view = manager.ViewPeer(_full);
        view.Scope.Limits = view.Scope.Limits with { StreamsInbound = 1 };
    }

    public StreamScope Stream => _stream;

    /// <summary>Nothing but the operation refers to the peer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Connection(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!_manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, _address, out ConnectionScope? connection, out Refusal refusal)
                || !connection.TrySetPeer(_passing, out refusal))
            {
                throw refusal.ToException();
            }

            connection.Dispose();
        }
    }

    /// <summary>Nothing but the operation refers to the peer and its shares of protocol and service.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void StreamLife(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!_manager.TryOpenStream(_passing, Direction.Inbound, out StreamScope? stream, out Refusal refusal)
                || !stream.TrySetProtocol(_protocol, out refusal)
                || !stream.TrySetService(_service, out refusal))
            {
                throw refusal.ToException();
            }

            stream.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Memory(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!_stream.TryReserveMemory(Size, MemoryPriority.Always, out Refusal refusal))
                throw refusal.ToException();
            _stream.ReleaseMemory(Size);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Span(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!_stream.TryBeginSpan(out SpanScope? span, out Refusal refusal)
                || !span.TryReserveMemory(Size, MemoryPriority.Always, out refusal))
            {
                throw refusal.ToException();
            }

            span.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void RefusedStream(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_manager.TryOpenStream(_full, Direction.Inbound, out _, out _))
                throw new InvalidOperationException("The peer was not full.");
        }
    }
}
