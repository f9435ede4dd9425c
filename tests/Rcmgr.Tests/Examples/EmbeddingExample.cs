using System.Net;

namespace Rcmgr.Tests.Examples;

public sealed class EmbeddingExample
{
    [Fact]
    public void A_connection_and_a_stream_are_reserved_before_they_cost_anything()
    {
        var manager = new ResourceManager(ScalingLimits.DefaultWithServices.AutoScale().Limits);

        // A socket was accepted: ask before spending anything on it.
        var remote = IPAddress.Parse("192.0.2.7");
        if (!manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, remote, out var connection, out var refusal))
        {
            Console.WriteLine(refusal);
            return;
        }

        using (connection)
        {
            // The handshake told us who it is: from transient to the peer's own budget.
            var peer = new PeerKey("12D3KooWLwcXVpi5w8ZrB9wVfBhruGETCTTUqhcuHe3T3bELG9ZU");
            if (!connection.TrySetPeer(peer, out refusal) || !manager.TryOpenStream(peer, Direction.Inbound, out var stream, out refusal))
            {
                Console.WriteLine(refusal);
                return;
            }

            using (stream)
            {
                if (!stream.TrySetProtocol("/echo/1.0.0", out refusal) || !stream.TryReserveMemory(64 * 1024, MemoryPriority.Medium, out refusal))
                {
                    Console.WriteLine(refusal);
                    return;
                }

                // Work with up to 64 KiB; disposing the stream's scope gives everything back.
            }
        }
    }
}
