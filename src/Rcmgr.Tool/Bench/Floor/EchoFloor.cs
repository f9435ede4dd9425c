namespace Rcmgr.Tool.Bench.Floor;

/// <summary>
/// The most that an echo can reach on all cores of this machine: every byte is sealed and opened twice and goes through the kernel twice,
/// and nothing else is done.
/// </summary>
/// <param name="Security">The security protocol's short name.</param>
/// <param name="Cost">Microseconds of processor time for one MiB.</param>
internal readonly record struct EchoFloor(string Security, double Cost)
{
    public const string NoiseCipher = "ChaCha20-Poly1305, 64 KiB";
    public const string TlsCipher = "AES-128-GCM, 16 KiB";

    /// <summary>What the names of the kernel's rows begin with: the cheapest of them counts.</summary>
    public const string Tcp = "TCP, ";

    /// <summary>MiB a second with every core busy.</summary>
    public double Rate => Environment.ProcessorCount * 1_000_000 / Cost;

    public static IReadOnlyList<EchoFloor> Of(IReadOnlyList<FloorRow> rows)
    {
        Dictionary<string, double> costs = rows.ToDictionary(row => row.Name, row => row.Cost);
        double tcp = rows.Where(row => row.Name.StartsWith(Tcp, StringComparison.Ordinal)).Min(row => row.Cost);
        return
        [
            new EchoFloor("noise", (4 * costs[NoiseCipher]) + (2 * tcp)),
            new EchoFloor("tls", (4 * costs[TlsCipher]) + (2 * tcp)),
        ];
    }
}
