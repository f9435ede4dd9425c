using BenchmarkDotNet.Attributes;

namespace Rcmgr.Benchmarks;

/// <summary>A stream's life: opened for its peer, charged to its protocol and its service, closed; or refused.</summary>
public class StreamBenchmarks
{
    private readonly ResourceManager _manager = Managers.CreateDefault();
    private readonly ResourceManager _refusing = Managers.CreateRefusing();

    [Benchmark]
    public void Open_stream_and_set_protocol_and_service_and_dispose()
    {
        using StreamScope stream = _manager.OpenStream(Managers.Peer, Direction.Inbound);
        stream.SetProtocol("/benchmark/1.0.0");
        stream.SetService("benchmark");
    }

    [Benchmark]
    public bool Refuse_stream() => _refusing.TryOpenStream(Managers.Peer, Direction.Inbound, out _, out _);
}
