namespace Rcmgr;

/// <summary>How <see cref="LimitsJson"/> reads a limits text. Immutable.</summary>
public sealed record LimitsReadOptions
{
    /// <summary>The default size cap: 1 MiB.</summary>
    public const int DefaultMaxBytes = 1 << 20;

    /// <summary>The options that apply when none are given.</summary>
    public static LimitsReadOptions Default { get; } = new();

    /// <summary>
    /// Turns a key of the <c>Peer</c> section into the peer's canonical key, or returns null for a text that is not a peer
    /// id. The default takes every text that is not empty as it stands, because the manager knows no peer id format.
    /// </summary>
    public Func<string, PeerKey?> ParsePeer { get; init; } = static text => text.Length == 0 ? null : new PeerKey(text);

    /// <summary>The longest text that is read, in bytes of UTF-8.</summary>
    public int MaxBytes { get; init; } = DefaultMaxBytes;
}
