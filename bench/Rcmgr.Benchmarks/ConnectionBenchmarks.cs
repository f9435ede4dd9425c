using System.Net;
using BenchmarkDotNet.Attributes;

namespace Rcmgr.Benchmarks;

/// <summary>A connection's life: admitted as transient, moved to its peer, closed.</summary>
public class ConnectionBenchmarks
{
    private readonly ResourceManager _manager = Managers.CreateDefault();
    private readonly IPAddress _address = IPAddress.Parse("192.0.2.1");

    [Benchmark]
    public void Open_connection_and_set_peer_and_dispose()
    {
        using ConnectionScope connection = _manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, _address);
        connection.SetPeer(Managers.Peer);
    }
}
