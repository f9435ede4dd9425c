namespace Rcmgr.Interop.Tests.Quic;

/// <summary>How long a test invents things, and from which seed.</summary>
internal static class FuzzTime
{
    /// <summary>As many seconds as RCMGR_FUZZ_SECONDS says; a few by default, hours by hand.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("RCMGR_FUZZ_SECONDS"), out int seconds) ? seconds : 3);

    /// <summary>A new seed, printed.</summary>
    public static int Seed()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return seed;
    }
}
