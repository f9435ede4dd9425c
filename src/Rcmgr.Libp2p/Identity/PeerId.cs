using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Rcmgr.Libp2p.Identity;

/// <summary>
/// The identity of a libp2p peer: the multihash of its public key. A key of at most 42 encoded bytes is contained whole
/// (identity hash), a longer one by its SHA-256. Compares by content. Immutable and safe for concurrent use.
/// </summary>
public sealed class PeerId : IEquatable<PeerId>
{
    private const int MaxInlineLength = 42;
    private const byte IdentityCode = 0x00;
    private const byte Sha256Code = 0x12;
    private const byte Sha256Length = 32;

    private readonly byte[] _multihash;

    private PeerId(byte[] multihash)
    {
        _multihash = multihash;
        Key = new PeerKey(PeerIdText.ToBase58(multihash));
    }

    /// <summary>The key under which the resource manager knows this peer: one instance over the base58btc text.</summary>
    public PeerKey Key { get; }

    /// <summary>The multihash, at most 44 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _multihash;

    /// <summary>The peer id that belongs to <paramref name="key"/>.</summary>
    public static PeerId FromPublicKey(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var protobuf = key.Protobuf;
        return protobuf.Length <= MaxInlineLength
            ? new PeerId([IdentityCode, (byte)protobuf.Length, .. protobuf])
            : new PeerId([Sha256Code, Sha256Length, .. SHA256.HashData(protobuf)]);
    }

    /// <summary>
    /// Reads a peer id: bare base58btc (<c>12D3KooW…</c>, <c>Qm…</c>) or a version 1 CID with the codec libp2p-key in base32,
    /// base36, base58btc, base16 or base64url (<c>bafz…</c>, <c>k…</c>, <c>z…</c>, …).
    /// </summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a peer id; the message says why.</exception>
    public static PeerId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var id, out string? error) ? id : throw new FormatException(error);
    }

    /// <summary>As <see cref="Parse"/>, but returns false where that throws.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PeerId? id) => TryParse(text, out id, out _);

    /// <summary>As <see cref="Parse"/>, but returns false and the reason where that throws.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out PeerId? id,
        [NotNullWhen(false)] out string? error)
    {
        id = null;
        if (PeerIdText.TryDecode(text ?? "", out error) is not { } multihash)
        {
            error ??= "The text is not a peer id.";
            return false;
        }
        if (TryFromBytes(multihash, out id))
        {
            return true;
        }
        error = "A peer id must be an identity multihash of 1 to 42 bytes or a SHA-256 multihash.";
        return false;
    }

    /// <summary>
    /// Reads a peer id from its multihash: an identity hash of 1 to 42 bytes, or a SHA-256 hash. Anything else is false. The
    /// key inside an identity hash is not looked at; see <see cref="TryGetPublicKey"/>.
    /// </summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> multihash, [NotNullWhen(true)] out PeerId? id)
    {
        id = IsMultihash(multihash) ? new PeerId(multihash.ToArray()) : null;
        return id is not null;
    }

    /// <summary>Gets the public key of an id that contains it whole; false for hashed ids and for ids that contain no valid key.</summary>
    public bool TryGetPublicKey([NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return _multihash[0] == IdentityCode && PublicKey.TryParse(_multihash.AsSpan(2), out key, out _);
    }

    /// <summary>The id as a version 1 CID in base32: <c>bafz…</c>.</summary>
    public string ToCidString() => PeerIdText.ToCid(_multihash);

    /// <summary>The canonical text: base58btc, <c>12D3KooW…</c> or <c>Qm…</c>.</summary>
    public override string ToString() => Key.Text;

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] PeerId? other) => other is not null && Key.Equals(other.Key);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as PeerId);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode();

    /// <summary>Whether two ids are the same peer.</summary>
    public static bool operator ==(PeerId? left, PeerId? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two ids are different peers.</summary>
    public static bool operator !=(PeerId? left, PeerId? right) => !(left == right);

    private static bool IsMultihash(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [IdentityCode, >= 1 and <= MaxInlineLength, ..] => bytes.Length == 2 + bytes[1],
        [Sha256Code, Sha256Length, ..] => bytes.Length == 2 + Sha256Length,
        _ => false,
    };
}
