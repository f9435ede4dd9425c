namespace Rcmgr.Tool.Bench;

/// <summary>
/// Samples with and without the manager, in blocks of four: with, without, without, with. What drifts evenly through a block weighs on
/// both variants alike, and each variant follows each as often.
/// </summary>
/// <param name="With">The samples with the manager, two to a block.</param>
/// <param name="Without">The samples without, likewise.</param>
internal sealed record PairedSamples(IReadOnlyList<BenchSample> With, IReadOnlyList<BenchSample> Without)
{
    /// <summary>Takes <paramref name="blocks"/> blocks, and then one more as long as <paramref name="wantsMore"/> says so of all of them.</summary>
    public static async Task<PairedSamples> TakeAsync(
        int blocks, Func<Task<BenchSample>> with, Func<Task<BenchSample>> without, Func<PairedSamples, bool>? wantsMore = null)
    {
        List<BenchSample> samplesWith = new(2 * blocks);
        List<BenchSample> samplesWithout = new(2 * blocks);
        PairedSamples all = new(samplesWith, samplesWithout);
        for (int i = 0; i < blocks || wantsMore?.Invoke(all) == true; i++)
        {
            samplesWith.Add(await with());
            samplesWithout.Add(await without());
            samplesWithout.Add(await without());
            samplesWith.Add(await with());
        }

        return all;
    }

    /// <summary>For each block, what <paramref name="quantity"/> is with the manager as a multiple of what it is without.</summary>
    public IEnumerable<double> Ratios(Func<BenchSample, double> quantity) =>
        Blocks(With).Zip(Blocks(Without), (with, without) => quantity(with) / quantity(without));

    private static IEnumerable<BenchSample> Blocks(IReadOnlyList<BenchSample> samples) =>
        samples.Chunk(2).Select(pair => pair[0] + pair[1]);
}
