namespace Rcmgr;

/// <summary>How <see cref="LimitsJson"/> reads a limits text. Immutable.</summary>
public sealed record LimitsReadOptions
{
    /// <summary>The default size cap: 1 MiB.</summary>
    public const int DefaultMaxBytes = 1 << 20;

    /// <summary>The most problems that are reported for one text.</summary>
    public const int MaxProblems = 100;

    /// <summary>The options that apply when none are given.</summary>
    public static LimitsReadOptions Default { get; } = new();

    /// <summary>
    /// Turns a key of the <c>Peer</c> section into the peer's canonical key, or returns null for a text that is not a peer
    /// id. The default takes every text that is not empty as it stands, because the manager knows no peer id format.
    /// </summary>
    public Func<string, PeerKey?> ParsePeer { get; init; } = static text => text.Length == 0 ? null : new PeerKey(text);

    /// <summary>
    /// Whether to read as other implementations do, for files that come from them: names match in any case, unknown names are
    /// skipped, what follows the first JSON value is not looked at, a repeated section is merged and a repeated entry replaces
    /// the earlier one. Reading stops at the first problem. <c>null</c> stays an error.
    /// </summary>
    public bool Lenient { get; init; }

    /// <summary>
    /// What the limits will be built over. With it, limits that the text leaves to the defaults take part in the search for
    /// contradictions; without it only those that are written do.
    /// </summary>
    public ResourceManagerLimits? Defaults { get; init; }

    /// <summary>The longest text that is read, in bytes of UTF-8.</summary>
    public int MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>The most services, protocols and peers, and their shares, that one text may name.</summary>
    public int MaxEntries { get; init; } = 10_000;
}
