namespace Rcmgr.Tool.Soak;

/// <summary>The peers of a soak.</summary>
internal static class SoakPeers
{
    /// <summary>Peers that all threads meet.</summary>
    public static readonly PeerKey[] Shared = Keys("shared", 4);

    /// <summary>So many peers that hardly one comes twice while it is remembered.</summary>
    public static readonly PeerKey[] Passing = Keys("passing", 4096);

    /// <summary>Peers for filling the manager: nobody has set limits for one of them.</summary>
    public static readonly PeerKey[] Filling = Keys("filling", 1024);

    /// <summary>The peers of one thread.</summary>
    public static PeerKey[] Of(int thread) => Keys($"own-{thread}", 24);

    private static PeerKey[] Keys(string name, int count) => [.. Enumerable.Range(0, count).Select(index => new PeerKey($"{name}-{index}"))];
}
