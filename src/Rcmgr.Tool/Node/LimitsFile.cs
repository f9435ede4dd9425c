using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Tool.Node;

/// <summary>The file from which a node takes its limits.</summary>
internal static class LimitsFile
{
    private static readonly LimitsReadOptions Options = new()
    {
        // One peer has several spellings; its scope is known under one.
        ParsePeer = static text => PeerId.TryParse(text, out PeerId? peer) ? peer.Key : null,
    };

    /// <summary>The limits of a node: what the file leaves open, or all without a file, is scaled to this host.</summary>
    /// <exception cref="NodeStartException">The file cannot be read or holds no limits.</exception>
    public static async Task<ResourceManagerLimits> LoadAsync(string? path, CancellationToken cancellationToken)
    {
        ResourceManagerLimits defaults = ScalingLimits.DefaultWithServices.AutoScale().Limits;
        if (path is null)
            return defaults;

        try
        {
            await using FileStream file = File.OpenRead(path);
            PartialResourceManagerLimits limits = await LimitsJson.ReadAsync(file, Options, cancellationToken);
            return limits.Build(defaults);
        }
        catch (Exception e) when (e is LimitsFormatException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The limits file '{path}' cannot be used: {e.Message}", e);
        }
    }
}
