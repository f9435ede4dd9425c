using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Rcmgr.Libp2p.Identity.Messages;

namespace Rcmgr.Libp2p.Identity;

/// <summary>
/// The public key of a peer, as the libp2p peer-id specification encodes it. Ed25519, secp256k1, ECDSA (P-256) and RSA
/// (2048 to 8192 bits) are supported. Immutable and safe for concurrent use.
/// </summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>The longest encoded key that is looked at, in bytes; the largest RSA key needs about 1,070.</summary>
    public const int MaxLength = 4096;

    // Unknown fields are dropped so that a message that has some does not encode to itself again.
    private static readonly MessageParser<PublicKeyMessage> Parser = PublicKeyMessage.Parser.WithDiscardUnknownFields(true);

    private readonly byte[] _protobuf;
    private readonly SignatureVerifier _verifier;

    private PublicKey(KeyType type, SignatureVerifier verifier)
    {
        Type = type;
        _verifier = verifier;
        _protobuf = new PublicKeyMessage { Type = (KeyKind)type, Data = ByteString.CopyFrom(verifier.KeyData) }.ToByteArray();
    }

    /// <summary>The kind of the key.</summary>
    public KeyType Type { get; }

    /// <summary>The key in its type's own canonical encoding, without the protobuf around it.</summary>
    internal ReadOnlySpan<byte> Data => _verifier.KeyData;

    /// <summary>The canonical protobuf encoding, the one a peer id is derived from.</summary>
    internal ReadOnlySpan<byte> Protobuf => _protobuf;

    /// <summary>
    /// Reads a key from its protobuf encoding. The encoding must be deterministic as the specification asks: both fields, in
    /// order, nothing else, shortest varints. Never throws on hostile bytes; the cost is bounded by <see cref="MaxLength"/>.
    /// </summary>
    /// <param name="protobuf">The encoded key.</param>
    /// <param name="key">The key, or null.</param>
    /// <param name="error">Why the bytes were refused, or null.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> protobuf,
        [NotNullWhen(true)] out PublicKey? key,
        [NotNullWhen(false)] out string? error)
    {
        key = null;
        if (!TryReadMessage(protobuf, out var message, out error))
        {
            return false;
        }
        var type = (KeyType)message.Type;
        if (!SignatureVerifier.TryCreate(type, message.Data.Span, out var verifier, out error))
        {
            return false;
        }
        key = new PublicKey(type, verifier);
        return true;
    }

    /// <summary>Wraps the 32 bytes of an Ed25519 key.</summary>
    internal static PublicKey FromEd25519(ReadOnlySpan<byte> data) =>
        SignatureVerifier.TryCreate(KeyType.Ed25519, data, out var verifier, out string? error)
            ? new PublicKey(KeyType.Ed25519, verifier)
            : throw new ArgumentException(error, nameof(data));

    /// <summary>The key's canonical protobuf encoding, in a new array.</summary>
    public byte[] ToProtobuf() => [.. _protobuf];

    /// <summary>
    /// Whether <paramref name="signature"/> is this key's signature over <paramref name="data"/>. Malformed signatures are
    /// false, never an exception.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => _verifier.Verify(data, signature);

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] PublicKey? other) =>
        ReferenceEquals(this, other) || (other is not null && Protobuf.SequenceEqual(other.Protobuf));

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_protobuf);
        return hash.ToHashCode();
    }

    private static bool TryReadMessage(
        ReadOnlySpan<byte> protobuf,
        [NotNullWhen(true)] out PublicKeyMessage? message,
        [NotNullWhen(false)] out string? error)
    {
        message = null;
        error = null;
        if (protobuf.Length > MaxLength)
        {
            error = $"A public key may have at most {MaxLength} bytes; this one has {protobuf.Length}.";
            return false;
        }
        var parsed = TryParseMessage(protobuf);
        if (parsed is not { HasType: true, HasData: true })
        {
            error = "The public key is not a protobuf message with type and data.";
            return false;
        }
        // One key must not have two encodings, else it would have two identities.
        if (!protobuf.SequenceEqual(parsed.ToByteArray()))
        {
            error = "The public key's protobuf is not in its deterministic encoding.";
            return false;
        }
        message = parsed;
        return true;
    }

    private static PublicKeyMessage? TryParseMessage(ReadOnlySpan<byte> protobuf)
    {
        try
        {
            return Parser.ParseFrom(protobuf);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
