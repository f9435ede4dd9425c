using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Tool.Node;

/// <summary>The files from which limits are taken.</summary>
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
        return LimitsJson.Parse(await ReadAsync(path, cancellationToken), options);
    }

    /// <summary>Reads a file of limits by address.</summary>
    /// <exception cref="NodeStartException">The file cannot be read.</exception>
    public static async Task<LimitsReadResult<ConnectionLimits>> ParseConnectionLimitsAsync(string path, CancellationToken cancellationToken) =>
        ConnectionLimitsJson.Parse(await ReadAsync(path, cancellationToken));

    /// <summary>A problem of a file in one line.</summary>
    public static string Describe(string path, LimitsProblem problem) => $"{path}: {(problem.IsError ? "error" : "warning")}: {problem}";

    // One byte more than a text may have tells one that is too long.
    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream file = File.OpenRead(path);
            byte[] buffer = new byte[(int)Math.Min(file.Length, LimitsReadOptions.DefaultMaxBytes) + 1];
            int length = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return buffer[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new NodeStartException($"The limits file '{path}' cannot be read: {e.Message}", e);
        }
    }
}
