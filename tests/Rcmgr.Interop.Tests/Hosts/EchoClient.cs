using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Hosts;

/// <summary>The asking side of the echo protocol, comparing every byte.</summary>
internal static class EchoClient
{
    private const string Protocol = "/echo/1.0.0";
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Sends bytes of a pattern of its own on each of <paramref name="streams"/> streams at once, and checks what comes back.</summary>
    public static Task EchoAsync(Libp2pHost host, PeerId peer, int streams, int bytesPerStream) =>
        Task.WhenAll(Enumerable.Range(1, streams).Select(seed => EchoOnceAsync(host, peer, seed, bytesPerStream)));

    private static async Task EchoOnceAsync(Libp2pHost host, PeerId peer, int seed, int bytes)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        byte[] sent = new byte[bytes];
        new Random(seed).NextBytes(sent);
        await using PeerStream stream = await host.OpenStreamAsync(peer, Protocol, deadline.Token);
        Task sending = SendAsync(stream, sent, deadline.Token);
        byte[] received = new byte[bytes];
        await stream.Stream.ReadExactlyAsync(received, deadline.Token);
        Assert.Equal(0, await stream.Stream.ReadAsync(new byte[1], deadline.Token));
        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(received), $"Stream {seed} came back with other bytes.");
        await stream.CloseAsync(deadline.Token);
    }

    private static async Task SendAsync(PeerStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (int at = 0; at < bytes.Length; at += ChunkBytes)
            await stream.Stream.WriteAsync(bytes.Slice(at, Math.Min(ChunkBytes, bytes.Length - at)), cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }
}
