namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>How the value of a protocol is laid out in a binary address.</summary>
internal enum ValueLayout
{
    None,
    Fixed,
    Prefixed,

    /// <summary>Length-prefixed, and in text everything up to the end, slashes included.</summary>
    Path,
}

/// <summary>The canonical text of a binary value; null if the bytes are no valid value.</summary>
internal delegate string? FormatValue(ReadOnlySpan<byte> bytes);

/// <summary>One row of the protocol table.</summary>
/// <param name="Protocol">The protocol.</param>
/// <param name="Name">Its name in text addresses.</param>
/// <param name="Layout">How its value is laid out.</param>
/// <param name="Length">The value's length in bytes: exact for a fixed layout, else the most that is accepted.</param>
/// <param name="Parse">The binary value of a text; null if the text is no valid value.</param>
/// <param name="Format">The canonical text of a binary value; null if the bytes are no valid value.</param>
internal sealed record ProtocolDescription(
    MultiaddressProtocol Protocol,
    string Name,
    ValueLayout Layout,
    int Length,
    Func<string, byte[]?> Parse,
    FormatValue Format)
{
    public bool IsLengthPrefixed => Layout is ValueLayout.Prefixed or ValueLayout.Path;

    /// <summary>The component with the given text value; null if the value is invalid.</summary>
    public MultiaddressComponent? FromText(string value) => Parse(value) is { } bytes ? FromBytes(bytes) : null;

    /// <summary>The component with the given binary value; null if the value is invalid.</summary>
    public MultiaddressComponent? FromBytes(ReadOnlySpan<byte> bytes)
    {
        bool fits = Layout == ValueLayout.Fixed ? bytes.Length == Length : bytes.Length <= Length;
        return fits && Format(bytes) is { } text ? new MultiaddressComponent(this, bytes.ToArray(), text) : null;
    }
}
