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
/// Reading is strict unless <see cref="LimitsReadOptions.Lenient"/> says otherwise: what surely does not do what its author
/// meant is an error (an unknown name, a repeated one, <c>null</c>, a wrong value, a direction above its total), what may be
/// on purpose is a warning (a limit above its parent's, one without effect, an unusual spelling), and all of a text's problems
/// are reported together. <c>Parse</c> returns them, <c>Read</c> throws when there are errors.
/// </remarks>
public static class LimitsJson
{
    // A text for people: '/' and '+' in protocol ids stay as they are.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Indented = Compact with { Indented = true };
    private static readonly Lazy<string> SchemaText = new(() => ReadSchema("limits.schema.json"));

    /// <summary>
    /// The JSON Schema (draft 2020-12) of the form, for editors. It accepts what strict reading accepts without a spelling
    /// problem, but cannot compare one limit with another. The package also holds it as <c>schema/limits.schema.json</c>.
    /// </summary>
    public static string Schema => SchemaText.Value;

    /// <summary>
    /// Reads limits and finds what is wrong with them, from UTF-8 text. Time and memory are bounded by a small multiple of the
    /// size of the text.
    /// </summary>
    public static LimitsReadResult<PartialResourceManagerLimits> Parse(ReadOnlySpan<byte> utf8Json, LimitsReadOptions? options = null) =>
        LimitsJsonReader.Read(utf8Json, options ?? LimitsReadOptions.Default);

    /// <summary>Reads limits and finds what is wrong with them.</summary>
    public static LimitsReadResult<PartialResourceManagerLimits> Parse(string json, LimitsReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        options ??= LimitsReadOptions.Default;
        return json.Length > options.MaxBytes
            ? LimitsReadResult<PartialResourceManagerLimits>.TooLong(options.MaxBytes)
            : Parse(Encoding.UTF8.GetBytes(json), options);
    }

    /// <summary>
    /// Reads limits and finds what is wrong with them, from a stream of UTF-8 text, of which it takes no more than the options
    /// allow plus one buffer.
    /// </summary>
    public static async ValueTask<LimitsReadResult<PartialResourceManagerLimits>> ParseAsync(
        Stream utf8Json, LimitsReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(utf8Json);
        options ??= LimitsReadOptions.Default;
        ArrayBufferWriter<byte> text = new();
        while (true)
        {
            int read = await utf8Json.ReadAsync(text.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return Parse(text.WrittenSpan, options);

            text.Advance(read);
            if (text.WrittenCount > options.MaxBytes)
                return LimitsReadResult<PartialResourceManagerLimits>.TooLong(options.MaxBytes);
        }
    }

    /// <summary>Reads limits from UTF-8 text. Time and memory are bounded by a small multiple of the size of the text.</summary>
    /// <exception cref="LimitsFormatException">The text has errors.</exception>
    public static PartialResourceManagerLimits Read(ReadOnlySpan<byte> utf8Json, LimitsReadOptions? options = null) =>
        Parse(utf8Json, options).GetLimits();

    /// <summary>Reads limits from text.</summary>
    /// <exception cref="LimitsFormatException">The text has errors.</exception>
    public static PartialResourceManagerLimits Read(string json, LimitsReadOptions? options = null) => Parse(json, options).GetLimits();

    /// <summary>Reads limits from a stream of UTF-8 text, of which it takes no more than the options allow plus one buffer.</summary>
    /// <exception cref="LimitsFormatException">The text has errors.</exception>
    public static async ValueTask<PartialResourceManagerLimits> ReadAsync(
        Stream utf8Json, LimitsReadOptions? options = null, CancellationToken cancellationToken = default) =>
        (await ParseAsync(utf8Json, options, cancellationToken).ConfigureAwait(false)).GetLimits();

    /// <summary>Writes limits as UTF-8 text. What is left to the defaults is not written.</summary>
    public static void Write(IBufferWriter<byte> output, PartialResourceManagerLimits limits, bool indented = false)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using Utf8JsonWriter writer = CreateWriter(output, indented);
        LimitsJsonWriter.Write(writer, limits);
    }

    /// <summary>The JSON text of limits. What is left to the defaults is not written.</summary>
    public static string ToText(PartialResourceManagerLimits limits, bool indented = false)
    {
        ArrayBufferWriter<byte> output = new();
        Write(output, limits, indented);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    internal static Utf8JsonWriter CreateWriter(IBufferWriter<byte> output, bool indented) => new(output, indented ? Indented : Compact);

    internal static string ReadSchema(string name)
    {
        using StreamReader reader = new(typeof(LimitsJson).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
