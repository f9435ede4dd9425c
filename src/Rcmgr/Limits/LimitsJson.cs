using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rcmgr;

/// <summary>
/// The JSON form of <see cref="PartialResourceManagerLimits"/> (specification §4.3), the one that other implementations of
/// the resource manager read and write. Thread-safe.
/// </summary>
/// <remarks>
/// Reading is as lenient as theirs: section and field names match in any case, unknown names are skipped, what follows the
/// first JSON value is not looked at, a repeated section is merged and a repeated named entry replaces the earlier one.
/// The one difference: <c>null</c> is always an error, because they disagree with themselves about its meaning.
/// </remarks>
public static class LimitsJson
{
    // A text for people: '/' and '+' in protocol ids stay as they are.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Indented = Compact with { Indented = true };

    /// <summary>Reads limits from UTF-8 text. Time and memory are bounded by a small multiple of the size of the text.</summary>
    /// <exception cref="LimitsFormatException">The text is not a limits text, or longer than the options allow.</exception>
    public static PartialResourceManagerLimits Read(ReadOnlySpan<byte> utf8Json, LimitsReadOptions? options = null)
    {
        options ??= LimitsReadOptions.Default;
        if (utf8Json.Length > options.MaxBytes)
            throw TooLong(options);

        return LimitsJsonReader.Read(utf8Json, options.ParsePeer);
    }

    /// <summary>Reads limits from text.</summary>
    /// <exception cref="LimitsFormatException">The text is not a limits text, or longer than the options allow.</exception>
    public static PartialResourceManagerLimits Read(string json, LimitsReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        options ??= LimitsReadOptions.Default;
        if (json.Length > options.MaxBytes)
            throw TooLong(options);

        return Read(Encoding.UTF8.GetBytes(json), options);
    }

    /// <summary>Reads limits from a stream of UTF-8 text, and no more of it than the options allow plus one buffer.</summary>
    /// <exception cref="LimitsFormatException">The text is not a limits text, or longer than the options allow.</exception>
    public static async ValueTask<PartialResourceManagerLimits> ReadAsync(
        Stream utf8Json, LimitsReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(utf8Json);
        options ??= LimitsReadOptions.Default;
        ArrayBufferWriter<byte> text = new();
        while (true)
        {
            int read = await utf8Json.ReadAsync(text.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return Read(text.WrittenSpan, options);

            text.Advance(read);
            if (text.WrittenCount > options.MaxBytes)
                throw TooLong(options);
        }
    }

    /// <summary>Writes limits as UTF-8 text. What is left to the defaults is not written.</summary>
    public static void Write(IBufferWriter<byte> output, PartialResourceManagerLimits limits, bool indented = false)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using Utf8JsonWriter writer = new(output, indented ? Indented : Compact);
        LimitsJsonWriter.Write(writer, limits);
    }

    /// <summary>The JSON text of limits. What is left to the defaults is not written.</summary>
    public static string ToText(PartialResourceManagerLimits limits, bool indented = false)
    {
        ArrayBufferWriter<byte> output = new();
        Write(output, limits, indented);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static LimitsFormatException TooLong(LimitsReadOptions options) =>
        new(LimitsFormatError.TooLarge, "$", $"the text is longer than {options.MaxBytes} bytes");
}
