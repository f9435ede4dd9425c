namespace Rcmgr.Tool.Bench.Floor;

/// <summary>
/// What no implementation can be faster than on this machine: the ciphers alone and the kernel's TCP alone; and what the platform's TLS makes
/// of them. Without it a rate does not say whether the code, the library or the machine is its bound.
/// </summary>
internal sealed class FloorBench(BenchSettings settings, TextWriter progress)
{
    private const int Samples = 7;

    public async Task<IReadOnlyList<FloorRow>> RunAsync(CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("the machine's floor");
        await using FloorLink counting = await FloorLink.StartAsync(FloorService.Count, cancellationToken);
        await using FloorLink echoing = await FloorLink.StartAsync(FloorService.TlsEcho, cancellationToken);
        TcpFloor tcp = new(counting);
        TlsFloor tls = new(echoing);
        return
        [
            await TakeAsync(EchoFloor.NoiseCipher, () => CipherFloor.ChaCha20Poly1305Async(settings.SampleTime)),
            await TakeAsync(EchoFloor.TlsCipher, () => CipherFloor.AesGcmAsync(settings.SampleTime)),
            await TakeAsync(EchoFloor.Tcp + "writes of 64 KiB", () => tcp.SampleAsync(64 * 1024, settings.Bytes, cancellationToken)),
            await TakeAsync(EchoFloor.Tcp + "writes of 128 KiB", () => tcp.SampleAsync(128 * 1024, settings.Bytes, cancellationToken)),
            await TakeAsync(EchoFloor.Tcp + "writes of 256 KiB", () => tcp.SampleAsync(256 * 1024, settings.Bytes, cancellationToken)),
            await TakeAsync("echo by SslStream alone, 128 KiB", () => tls.SampleAsync(settings.Bytes, cancellationToken)),
        ];
    }

    /// <summary>The first sample warms up and does not count.</summary>
    private static async Task<FloorRow> TakeAsync(string name, Func<Task<BenchSample>> sample)
    {
        await sample();
        List<BenchSample> samples = [];
        for (int i = 0; i < Samples; i++)
            samples.Add(await sample());
        return new FloorRow(name, samples);
    }
}
