using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rcmgr.Libp2p.Security.Tls;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>
/// The platform's TLS alone: an echo through its stream over a bare socket, without muxer or protocol, with the suites and in the pieces
/// that the host uses. The host's TLS is this stream too, so it says how much of an echo's time is the library's.
/// </summary>
/// <param name="link">To a peer that echoes over TLS.</param>
internal sealed class TlsFloor(FloorLink link)
{
    /// <summary>The bytes of each write, and the room of each read.</summary>
    public const int ChunkSize = 128 * 1024;

    public static SslServerAuthenticationOptions CreateServerOptions()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=floor", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new SslServerAuthenticationOptions
        {
            ServerCertificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1)),
            EnabledSslProtocols = SslProtocols.Tls13,
            CipherSuitesPolicy = PreferredSuites.Policy,
        };
    }

    /// <summary>Sends <paramref name="bytes"/> and reads as many; lasts until the last has come back.</summary>
    public async Task<BenchSample> SampleAsync(long bytes, CancellationToken cancellationToken)
    {
        await using NetworkStream channel = new(await link.ConnectAsync(cancellationToken), ownsSocket: true);
        await using SslStream tls = new(channel);
        await tls.AuthenticateAsClientAsync(CreateClientOptions(), cancellationToken);
        TimeSpan processorTime = await link.GetProcessorTimeAsync(cancellationToken);
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            Task.Run(() => SendAsync(tls, bytes, cancellationToken), cancellationToken),
            ReceiveAsync(tls, bytes, cancellationToken));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return new BenchSample(bytes / (1024.0 * 1024), elapsed, await link.GetProcessorTimeAsync(cancellationToken) - processorTime);
    }

    private static SslClientAuthenticationOptions CreateClientOptions() => new()
    {
        TargetHost = "floor",
        EnabledSslProtocols = SslProtocols.Tls13,
        // The certificate was made a moment ago by the process that this one has started.
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    };

    private static async Task SendAsync(SslStream tls, long bytes, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[ChunkSize];
        for (long left = bytes; left > 0; left -= Math.Min(left, ChunkSize))
            await tls.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, ChunkSize)), cancellationToken);
    }

    private static async Task ReceiveAsync(SslStream tls, long bytes, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ChunkSize];
        for (long left = bytes; left > 0;)
        {
            int length = await tls.ReadAsync(buffer, cancellationToken);
            if (length == 0)
                throw new IOException($"The bare peer closed {left} bytes before the end.");
            left -= length;
        }
    }
}
