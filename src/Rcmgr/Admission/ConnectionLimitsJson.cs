using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Rcmgr;

/// <summary>
/// The JSON form of <see cref="ConnectionLimits"/>. It is a form of its own and no part of a limits file, whose strict readers know
/// nothing of it. Thread-safe.
/// </summary>
/// <remarks>
/// What a text leaves out comes from its <c>Profile</c> (<c>default</c>, <c>private</c> or <c>none</c>), or from the limits that it is
/// read over; an entry replaces the one of the same prefix length or network. Reading is always strict, as <see cref="LimitsJson"/>
/// reads: all problems of a text are reported together, each with path, line, column and a suggestion.
/// </remarks>
public static class ConnectionLimitsJson
{
    private static readonly Lazy<string> SchemaText = new(() => LimitsJson.ReadSchema("connection-limits.schema.json"));

    /// <summary>
    /// The JSON Schema (draft 2020-12) of the form, for editors. The package also holds it as <c>schema/connection-limits.schema.json</c>.
    /// </summary>
    public static string Schema => SchemaText.Value;

    /// <summary>
    /// Reads limits by address and finds what is wrong with them, from UTF-8 text of at most 1 MiB and 10,000 entries. Time and memory
    /// are bounded by a small multiple of the size of the text.
    /// </summary>
    /// <param name="utf8Json">The text.</param>
    /// <param name="defaults">What the text leaves out, unless it names a profile; <see cref="ConnectionLimits.Default"/> when null.</param>
    public static LimitsReadResult<ConnectionLimits> Parse(ReadOnlySpan<byte> utf8Json, ConnectionLimits? defaults = null) =>
        ConnectionLimitsJsonReader.Read(utf8Json, defaults ?? ConnectionLimits.Default);

    /// <summary>Reads limits by address and finds what is wrong with them.</summary>
    /// <param name="json">The text.</param>
    /// <param name="defaults">What the text leaves out, unless it names a profile; <see cref="ConnectionLimits.Default"/> when null.</param>
    public static LimitsReadResult<ConnectionLimits> Parse(string json, ConnectionLimits? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return json.Length > LimitsReadOptions.DefaultMaxBytes
            ? LimitsReadResult<ConnectionLimits>.TooLong(LimitsReadOptions.DefaultMaxBytes)
            : Parse(Encoding.UTF8.GetBytes(json), defaults);
    }

    /// <summary>Reads limits by address.</summary>
    /// <param name="json">The text.</param>
    /// <param name="defaults">What the text leaves out, unless it names a profile; <see cref="ConnectionLimits.Default"/> when null.</param>
    /// <exception cref="LimitsFormatException">The text has errors.</exception>
    public static ConnectionLimits Read(string json, ConnectionLimits? defaults = null) => Parse(json, defaults).GetLimits();

    /// <summary>Writes limits by address in full, so that they read back the same whatever they are read over.</summary>
    /// <exception cref="ArgumentException">The limits cannot be what was meant.</exception>
    public static void Write(IBufferWriter<byte> output, ConnectionLimits limits, bool indented = false)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ConnectionLimitsCheck.ThrowIfInvalid(limits);
        using Utf8JsonWriter writer = LimitsJson.CreateWriter(output, indented);
        ConnectionLimitsJsonWriter.Write(writer, limits);
    }

    /// <summary>The JSON text of limits by address, in full.</summary>
    /// <exception cref="ArgumentException">The limits cannot be what was meant.</exception>
    public static string ToText(ConnectionLimits limits, bool indented = false)
    {
        ArrayBufferWriter<byte> output = new();
        Write(output, limits, indented);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
