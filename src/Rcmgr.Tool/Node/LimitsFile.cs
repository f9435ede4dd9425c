using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Tool.Node;

/// <summary>The file from which limits are taken.</summary>
internal static class LimitsFile
{
    /// <summary>The canonical key of a peer: one peer has several spellings, and its scope is known under one.</summary>
    public static PeerKey? ParsePeer(string text) => PeerId.TryParse(text, out PeerId? peer) ? peer.Key : null;

    /// <summary>The limits of a node: what the file leaves open, or all without a file, is scaled to this host.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <param name="lenient">Whether to read it as other implementations do.</param>
    /// <param name="error">Takes the file's warnings.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="NodeStartException">The file cannot be read or holds no limits.</exception>
    public static async Task<ResourceManagerLimits> LoadAsync(
        string? path, bool lenient, TextWriter error, CancellationToken cancellationToken)
    {
        ResourceManagerLimits defaults = ScalingLimits.DefaultWithServices.AutoScale().Limits;
        if (path is null)
            return defaults;

        LimitsReadResult result = await ParseAsync(path, lenient, defaults, cancellationToken);
        foreach (LimitsProblem problem in result.Problems)
            await error.WriteLineAsync(Describe(path, problem));
        return result.Limits?.Build(defaults) ?? throw new NodeStartException($"The limits file '{path}' cannot be used.");
    }

    /// <summary>Reads a file and holds it against the defaults that it will be built over.</summary>
    /// <exception cref="NodeStartException">The file cannot be read.</exception>
    public static async Task<LimitsReadResult> ParseAsync(
        string path, bool lenient, ResourceManagerLimits defaults, CancellationToken cancellationToken)
    {
        LimitsReadOptions options = new() { ParsePeer = ParsePeer, Lenient = lenient, Defaults = defaults };
        try
        {
            await using FileStream file = File.OpenRead(path);
            return await LimitsJson.ParseAsync(file, options, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new NodeStartException($"The limits file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A problem of a file in one line.</summary>
    public static string Describe(string path, LimitsProblem problem) => $"{path}: {(problem.IsError ? "error" : "warning")}: {problem}";
}
