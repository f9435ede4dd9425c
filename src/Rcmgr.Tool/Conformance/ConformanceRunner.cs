using System.Globalization;
using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>Runs files of recorded cases, prints what fails, and sums up.</summary>
internal sealed class ConformanceRunner(TextWriter output, TextWriter error)
{
    // A case of subnets has all the fields of an allowlist's case, and more.
    private static readonly IConformanceSuite[] Suites =
    [
        new AutoscaleSuite(), new PartialConfigsSuite(), new ScenarioSuite(), new SubnetSuite(), new RateSuite(), new AllowlistSuite(),
    ];

    private readonly int[] _counts = new int[Enum.GetValues<CaseOutcome>().Length];

    /// <summary>Runs all files, also when one of them cannot be read; the result is the exit code.</summary>
    public async Task<int> RunAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        bool allReadable = true;
        foreach (string file in files)
            allReadable &= await RunFileAsync(file, cancellationToken).ConfigureAwait(false);

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(CaseOutcome.Passed)} passed, {Count(CaseOutcome.Failed)} failed, {Count(CaseOutcome.Skipped)} skipped"))
            .ConfigureAwait(false);

        if (!allReadable)
            return ExitCode.Usage;
        return Count(CaseOutcome.Failed) > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private async Task<bool> RunFileAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream content = File.OpenRead(file);
            using JsonDocument document = await JsonDocument.ParseAsync(content, default, cancellationToken).ConfigureAwait(false);
            if (Suites.FirstOrDefault(suite => suite.Recognises(document.RootElement)) is not IConformanceSuite suite)
            {
                await error.WriteLineAsync($"{file}: holds no cases of a known kind").ConfigureAwait(false);
                return false;
            }

            await RunSuiteAsync(file, suite.Run(document.RootElement), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            await error.WriteLineAsync($"{file}: {e.Message}").ConfigureAwait(false);
            return false;
        }
    }

    private async Task RunSuiteAsync(string file, IEnumerable<CaseResult> results, CancellationToken cancellationToken)
    {
        foreach (CaseResult result in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _counts[(int)result.Outcome]++;
            if (result.Outcome != CaseOutcome.Passed)
                await output.WriteLineAsync($"{result.Outcome.ToString().ToUpperInvariant()} {file}: {result.Name}: {result.Detail}").ConfigureAwait(false);
        }
    }

    private int Count(CaseOutcome outcome) => _counts[(int)outcome];
}
