using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>Splits addresses into components; every reason names what was wrong.</summary>
internal static class MultiaddressReader
{
    public static bool TryReadText(
        string text,
        [NotNullWhen(true)] out List<MultiaddressComponent>? components,
        [NotNullWhen(false)] out string? error)
    {
        components = null;
        if (text.Length > Multiaddress.MaxTextLength)
        {
            error = $"An address may have at most {Multiaddress.MaxTextLength} characters; this one has {text.Length}.";
            return false;
        }
        if (!text.StartsWith('/'))
        {
            error = "An address must begin with '/'.";
            return false;
        }
        var read = new List<MultiaddressComponent>();
        error = ReadSegments(text.TrimEnd('/'), read);
        components = error is null ? read : null;
        return components is not null;
    }

    public static bool TryReadBytes(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out List<MultiaddressComponent>? components,
        [NotNullWhen(false)] out string? error)
    {
        components = null;
        if (bytes.Length > Multiaddress.MaxLength)
        {
            error = $"An address may have at most {Multiaddress.MaxLength} bytes; this one has {bytes.Length}.";
            return false;
        }
        var read = new List<MultiaddressComponent>();
        error = null;
        while (error is null && !bytes.IsEmpty)
        {
            error = ReadComponent(ref bytes, read);
        }
        error ??= CheckCount(read);
        components = error is null ? read : null;
        return components is not null;
    }

    private static string? ReadSegments(string text, List<MultiaddressComponent> read)
    {
        int position = 0;
        while (position < text.Length)
        {
            string name = NextSegment(text, ref position);
            if (!ProtocolTable.TryGet(name, out var protocol))
            {
                return $"The protocol '{name}' is unknown.";
            }
            if (TakeValue(text, ref position, protocol) is not { } value)
            {
                return $"The protocol {name} needs a value.";
            }
            if (protocol.FromText(value) is not { } component)
            {
                return $"'{value}' is not a valid value of {name}.";
            }
            read.Add(component);
            if (read.Count > Multiaddress.MaxComponents)
            {
                break;
            }
        }
        return CheckCount(read);
    }

    private static string? TakeValue(string text, ref int position, ProtocolDescription protocol)
    {
        if (protocol.Layout == ValueLayout.None)
        {
            return "";
        }
        if (position >= text.Length)
        {
            return null;
        }
        if (protocol.Layout != ValueLayout.Path)
        {
            return NextSegment(text, ref position);
        }
        string rest = text[position..];
        position = text.Length;
        return rest;
    }

    /// <summary>The text between the slash at <paramref name="position"/> and the next one.</summary>
    private static string NextSegment(string text, ref int position)
    {
        int start = position + 1;
        int end = text.IndexOf('/', start);
        position = end < 0 ? text.Length : end;
        return text[start..position];
    }

    private static string? ReadComponent(ref ReadOnlySpan<byte> bytes, List<MultiaddressComponent> read)
    {
        if (read.Count == Multiaddress.MaxComponents)
        {
            return TooMany;
        }
        if (!UnsignedVarint.TryRead(ref bytes, out ulong code))
        {
            return "A protocol code is cut off or not a minimal varint.";
        }
        if (!ProtocolTable.TryGet(code, out var protocol))
        {
            return $"The protocol code {code} is unknown.";
        }
        ulong length = (ulong)protocol.Length;
        if (protocol.IsLengthPrefixed && !UnsignedVarint.TryRead(ref bytes, out length))
        {
            return $"The length of a value of {protocol.Name} is cut off or not a minimal varint.";
        }
        if (length > (ulong)bytes.Length)
        {
            return $"A value of {protocol.Name} is cut off.";
        }
        if (protocol.FromBytes(bytes[..(int)length]) is not { } component)
        {
            return $"A value of {protocol.Name} is invalid.";
        }
        bytes = bytes[(int)length..];
        read.Add(component);
        // The text form cannot express anything after a path.
        return protocol.Layout == ValueLayout.Path && !bytes.IsEmpty ? $"Nothing may follow {protocol.Name}." : null;
    }

    private static string TooMany => $"An address may have at most {Multiaddress.MaxComponents} components.";

    private static string? CheckCount(List<MultiaddressComponent> read) => read.Count switch
    {
        0 => "The address is empty.",
        > Multiaddress.MaxComponents => TooMany,
        _ => null,
    };
}
