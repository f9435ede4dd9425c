using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Tool.Node;

/// <summary>The file from which limits are taken.</summary>
internal static class LimitsFile
{
    /// <summary>The canonical key of a peer: one peer has several spellings, and its scope is known under one.</summary>
    public static PeerKey? ParsePeer(string text) => PeerId.TryParse(text, out PeerId? peer) ? peer.Key : null;

    /// <summary>Reads a file and holds it against the defaults that it will be built over.</summary>
    /// <exception cref="NodeStartException">The file cannot be read.</exception>
    public static async Task<LimitsReadResult<PartialResourceManagerLimits>> ParseAsync(
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
