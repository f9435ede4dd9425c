using BenchmarkDotNet.Attributes;

namespace Rcmgr.Benchmarks;

/// <summary>Memory on a stream with protocol and service: the longest chain of scopes there is.</summary>
public class MemoryBenchmarks
{
    private const long Size = 64 * 1024;

    private StreamScope _stream = null!;

    [GlobalSetup]
    public void Open()
    {
        _stream = Managers.CreateDefault().OpenStream(Managers.Peer, Direction.Inbound);
        _stream.SetProtocol("/benchmark/1.0.0");
        _stream.SetService("benchmark");
    }

    [GlobalCleanup]
    public void Close() => _stream.Dispose();

    [Benchmark]
    public void Reserve_and_release()
    {
        _stream.ReserveMemory(Size);
        _stream.ReleaseMemory(Size);
    }

    [Benchmark]
    public void Begin_span_and_reserve_and_dispose()
    {
        using SpanScope span = _stream.BeginSpan();
        span.ReserveMemory(Size);
    }
}
