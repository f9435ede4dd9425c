using System.Diagnostics.CodeAnalysis;

namespace Rcmgr;

/// <summary>
/// The identity of a peer as the manager sees it: an opaque text that compares by content. A host keeps one instance per
/// remote identity; its hash is computed once, so that look-ups on hot paths do not hash the text again. Immutable.
/// </summary>
/// <remarks>The host canonicalises: two spellings of one peer id are two peers to the manager (specification §4.3).</remarks>
public sealed class PeerKey : IEquatable<PeerKey>
{
    private readonly int _hash;

    /// <summary>Creates the key of the peer that <paramref name="text"/> names.</summary>
    /// <exception cref="ArgumentException"><paramref name="text"/> is null or empty.</exception>
    public PeerKey(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        Text = text;
        _hash = text.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>The canonical text of the peer's identity.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] PeerKey? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && Text == other.Text);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as PeerKey);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>Returns <see cref="Text"/>.</summary>
    public override string ToString() => Text;
}
