using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>
/// A libp2p network address: a list of protocols with values, for example <c>/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…</c>.
/// Compares by its binary form. Immutable and safe for concurrent use.
/// </summary>
public sealed partial class Multiaddress : IEquatable<Multiaddress>
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int MaxTextLength = 2048;

    /// <summary>The longest binary form, in bytes.</summary>
    public const int MaxLength = 1024;

    /// <summary>The most components an address may have.</summary>
    public const int MaxComponents = 32;

    private readonly byte[] _bytes;

    private Multiaddress(ImmutableArray<MultiaddressComponent> components, byte[] bytes)
    {
        Components = components;
        _bytes = bytes;
        PeerId = FindPeerId(components);
    }

    /// <summary>The components, outermost first; at least one.</summary>
    public ImmutableArray<MultiaddressComponent> Components { get; }

    /// <summary>The binary form.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The id in the last <c>/p2p</c> component, or null: whom the address leads to.</summary>
    public PeerId? PeerId { get; }

    /// <summary>Whether the address leads through a relay.</summary>
    public bool IsCircuit => Components.Any(static c => c.Protocol == MultiaddressProtocol.P2pCircuit);

    /// <summary>
    /// The IP address in the first component, or null if the address does not start with one (specification §5.1). An
    /// ip6zone before it is skipped. An IPv4-mapped IPv6 address stays IPv6.
    /// </summary>
    public IPAddress? LeadingAddress =>
        Components.FirstOrDefault(static c => c.Protocol != MultiaddressProtocol.Ip6Zone) is
        { Protocol: MultiaddressProtocol.Ip4 or MultiaddressProtocol.Ip6 } first ? new IPAddress(first.Bytes) : null;

    /// <summary>Reads a text address. <c>/ipfs/</c> stands for <c>/p2p/</c>; slashes at the end are ignored.</summary>
    /// <exception cref="MultiaddressFormatException"><paramref name="text"/> is not an address; the message says why.</exception>
    public static Multiaddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var address, out string? error) ? address : throw new MultiaddressFormatException(error);
    }

    /// <summary>As <see cref="Parse"/>, but returns false where that throws.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Multiaddress? address) =>
        TryParse(text, out address, out _);

    /// <summary>As <see cref="Parse"/>, but returns false and the reason where that throws.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out Multiaddress? address,
        [NotNullWhen(false)] out string? error)
    {
        address = null;
        return MultiaddressReader.TryReadText(text ?? "", out var components, out error)
            && TryCreate(components, out address, out error);
    }

    /// <summary>Reads a binary address; hostile bytes yield false, and <paramref name="error"/> says why.</summary>
    public static bool TryFromBytes(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out Multiaddress? address,
        [NotNullWhen(false)] out string? error)
    {
        address = null;
        return MultiaddressReader.TryReadBytes(bytes, out var components, out error)
            && TryCreate(components, out address, out error);
    }

    /// <summary>The binary form, in a new array.</summary>
    public byte[] ToBytes() => [.. _bytes];

    /// <summary>The canonical text.</summary>
    public override string ToString() => string.Concat(Components);

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] Multiaddress? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as Multiaddress);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    private static bool TryCreate(
        IReadOnlyList<MultiaddressComponent> components,
        [NotNullWhen(true)] out Multiaddress? address,
        [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        var bytes = new List<byte>();
        foreach (var component in components)
        {
            component.WriteTo(bytes);
        }
        if (bytes.Count > MaxLength)
        {
            error = $"An address may have at most {MaxLength} bytes; this one would have {bytes.Count}.";
            return false;
        }
        address = new Multiaddress([.. components], [.. bytes]);
        return true;
    }

    private static PeerId? FindPeerId(ImmutableArray<MultiaddressComponent> components)
    {
        var last = components.LastOrDefault(static c => c.Protocol == MultiaddressProtocol.P2p);
        return last is not null && PeerId.TryFromBytes(last.Bytes, out var id) ? id : null;
    }
}
