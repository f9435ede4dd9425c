namespace Rcmgr.Tool.Demo;

/// <summary>
/// The limits of the demo's node. No set of peers can take an honest peer's room once it is connected: what one peer may take,
/// times the number of peers that fit, is no more than the whole.
/// </summary>
internal static class DemoLimits
{
    public const string Json = """
        {
          "System": { "Conns": 64, "ConnsInbound": 64, "Streams": 2048, "StreamsInbound": 2048, "FD": 96, "Memory": "1073741824" },
          "Transient": { "Conns": 16, "ConnsInbound": 16, "Streams": 2048, "StreamsInbound": 2048, "Memory": "1073741824" },
          "PeerDefault": { "Conns": 4, "ConnsInbound": 4, "Streams": 32, "StreamsInbound": 32, "Memory": "16777216" },
          "Protocol": {
            "/echo/1.0.0": { "Streams": 1024, "StreamsInbound": 1024, "Memory": "1073741824" },
            "/ipfs/ping/1.0.0": { "Streams": 1024, "StreamsInbound": 1024, "Memory": "1073741824" }
          },
          "ProtocolPeer": {
            "/echo/1.0.0": { "Streams": 16, "StreamsInbound": 16, "Memory": "16777216" },
            "/ipfs/ping/1.0.0": { "Streams": 8, "StreamsInbound": 8, "Memory": "16777216" }
          },
          "Service": {
            "libp2p.ping": { "Streams": 1024, "StreamsInbound": 1024, "Memory": "1073741824" }
          }
        }
        """;
}
