namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>One protocol of an address with its value. Immutable; compares by content.</summary>
public sealed class MultiaddressComponent : IEquatable<MultiaddressComponent>
{
    private readonly byte[] _bytes;

    internal MultiaddressComponent(ProtocolDescription description, byte[] bytes, string value)
    {
        Description = description;
        _bytes = bytes;
        Value = value;
    }

    /// <summary>The protocol.</summary>
    public MultiaddressProtocol Protocol => Description.Protocol;

    /// <summary>The protocol's name in text addresses.</summary>
    public string Name => Description.Name;

    /// <summary>The value in its canonical text form; empty for protocols that have none.</summary>
    public string Value { get; }

    /// <summary>The value in its binary form; empty for protocols that have none.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    internal ProtocolDescription Description { get; }

    /// <inheritdoc/>
    public bool Equals(MultiaddressComponent? other) =>
        other is not null && Protocol == other.Protocol && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MultiaddressComponent);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Protocol, Value);

    /// <summary>The component as it stands in a text address, for example <c>/tcp/4001</c>.</summary>
    public override string ToString() => Description.Layout switch
    {
        ValueLayout.None => $"/{Name}",
        ValueLayout.Path => $"/{Name}{Value}",
        _ => $"/{Name}/{Value}",
    };

    internal void WriteTo(List<byte> target)
    {
        UnsignedVarint.Write(target, (ulong)Protocol);
        if (Description.IsLengthPrefixed)
        {
            UnsignedVarint.Write(target, (ulong)_bytes.Length);
        }
        target.AddRange(_bytes);
    }
}
