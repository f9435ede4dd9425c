namespace Rcmgr.Interop.Tests.Js;

/// <summary>Whether there is a js-libp2p peer to test against on this machine.</summary>
internal static class JsPeerAvailability
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "interop", "js");

    /// <summary>Why there is none, or null.</summary>
    public static string? WhyNot { get; } = FindReason();

    /// <summary>Skips the running test, with the reason, when there is no js-libp2p peer.</summary>
    public static void Require() => Assert.SkipWhen(WhyNot is not null, $"There is no js-libp2p peer: {WhyNot}");

    private static string? FindReason()
    {
        string? told = Environment.GetEnvironmentVariable("RCMGR_JS_PEER_UNAVAILABLE");
        if (!string.IsNullOrEmpty(told))
            return told;
        return Directory.Exists(Path.Combine(Folder, "node_modules"))
            ? null
            : "interop/js/node_modules is missing; ./test installs it, or `npm ci --ignore-scripts` in interop/js";
    }
}
