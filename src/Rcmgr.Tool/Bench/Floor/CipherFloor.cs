using System.Diagnostics;
using System.Security.Cryptography;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>Sealing and opening alone, on every core at once: each pass over a byte counts.</summary>
internal static class CipherFloor
{
    private const int ChaChaKeyBytes = 32;
    private const int AesKeyBytes = 16;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;

    /// <summary>Noise's cipher, in its largest frames.</summary>
    public static Task<BenchSample> ChaCha20Poly1305Async(TimeSpan time) => SampleAsync(64 * 1024, time, CreateChaCha);

    /// <summary>The cipher that TLS prefers, in its largest records.</summary>
    public static Task<BenchSample> AesGcmAsync(TimeSpan time) => SampleAsync(16 * 1024, time, CreateAes);

    private static Passes CreateChaCha()
    {
        ChaCha20Poly1305 cipher = new(new byte[ChaChaKeyBytes]);
        return new Passes(cipher, (nonce, plain, sealedBytes, tag) =>
        {
            cipher.Encrypt(nonce, plain, sealedBytes, tag);
            cipher.Decrypt(nonce, sealedBytes, tag, plain);
        });
    }

    private static Passes CreateAes()
    {
        AesGcm cipher = new(new byte[AesKeyBytes], TagBytes);
        return new Passes(cipher, (nonce, plain, sealedBytes, tag) =>
        {
            cipher.Encrypt(nonce, plain, sealedBytes, tag);
            cipher.Decrypt(nonce, sealedBytes, tag, plain);
        });
    }

    private static async Task<BenchSample> SampleAsync(int size, TimeSpan time, Func<Passes> create)
    {
        TimeSpan processorTime = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        long[] bytes = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => Run(size, time, create))));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return new BenchSample(bytes.Sum() / (1024.0 * 1024), elapsed, Environment.CpuUsage.TotalTime - processorTime);
    }

    private static long Run(int size, TimeSpan time, Func<Passes> create)
    {
        using Passes passes = create();
        byte[] plain = new byte[size];
        byte[] sealedBytes = new byte[size];
        byte[] tag = new byte[TagBytes];
        byte[] nonce = new byte[NonceBytes];
        long bytes = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            passes.SealAndOpen(nonce, plain, sealedBytes, tag);
            bytes += 2L * size;
        }

        return bytes;
    }

    private sealed record Passes(IDisposable Cipher, Action<byte[], byte[], byte[], byte[]> SealAndOpen) : IDisposable
    {
        public void Dispose() => Cipher.Dispose();
    }
}
