using System.Text;
using System.Text.Json;

namespace Rcmgr;

/// <summary>
/// Goes through a text in a JSON form of limits that may be hostile, and collects what is wrong with it: what all forms have in common.
/// </summary>
internal ref partial struct LimitsTextReader
{
    // The forms need three levels; the rest is room for what unknown names may hold.
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _text;
    private readonly List<LimitsProblem> _problems = [];
    private readonly int _maxEntries;
    private int _entries;

    private LimitsTextReader(ReadOnlySpan<byte> utf8Json, LimitsReadOptions options)
    {
        _text = utf8Json;
        _maxEntries = options.MaxEntries;
        IsLenient = options.Lenient;
        Json = Open(utf8Json);
    }

    /// <summary>Reads a whole text. What it throws away is among the problems.</summary>
    public delegate T Reading<T>(LimitsTextReader input);

    public bool IsLenient { get; }

    /// <summary>Where reading is.</summary>
    public Utf8JsonReader Json;

    /// <summary>The path of what is being read, for its problems.</summary>
    public LimitsPath Path;

    /// <summary>Where the name of the member at hand begins.</summary>
    public long NameOffset;

    public static LimitsReadResult<T> Read<T>(ReadOnlySpan<byte> utf8Json, LimitsReadOptions options, Reading<T> read)
        where T : class
    {
        if (utf8Json.Length > options.MaxBytes)
            return LimitsReadResult<T>.TooLong(options.MaxBytes);
        LimitsTextReader input = new(utf8Json, options);
        T? limits = null;
        try
        {
            limits = read(input);
        }
        catch (JsonException e)
        {
            input.AddSyntaxError(e);
        }
        catch (ReadingEndedException)
        {
            // What ended it is among the problems.
        }

        return new LimitsReadResult<T>(input._problems.Exists(problem => problem.IsError) ? null : limits, input._problems);
    }

    /// <summary>Goes to the first member of the text's object; false when the text holds something else.</summary>
    public bool Begin()
    {
        if (IsLenient)
            CheckSyntax();
        else if (_text.StartsWith(Encoding.UTF8.Preamble))
            Fail(LimitsFormatError.Syntax, 0, "the text starts with a byte order mark", "save it as UTF-8 without one");

        Json.Read();
        return RequireObject();
    }

    /// <summary>Sees to it that nothing follows.</summary>
    public void End()
    {
        Path = default;
        if (!IsLenient)
            Json.Read();
    }

    /// <summary>Moves to the value of the object's next member and returns the member's name, or null at the object's end.</summary>
    public string? ReadName()
    {
        while (Json.Read() && Json.TokenType != JsonTokenType.EndObject)
        {
            NameOffset = Json.TokenStartIndex;
            string? name = DecodeText();
            Json.Read();
            if (name is not null)
                return name;
            Json.Skip();
        }

        return null;
    }

    /// <summary>The text at hand; null when it is not Unicode.</summary>
    public readonly string? DecodeText()
    {
        try
        {
            return Json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            Fail(LimitsFormatError.Syntax, Json.TokenStartIndex, "a text that is not Unicode");
            return null;
        }
    }

    public void CountEntry()
    {
        if (++_entries <= _maxEntries)
            return;

        Fail(LimitsFormatError.TooLarge, NameOffset, $"more than {_maxEntries} entries");
        throw new ReadingEndedException();
    }

    private static Utf8JsonReader Open(ReadOnlySpan<byte> utf8Json) => new(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth });

    // A pass of its own, so that a text with a wrong value and a later syntax error is a syntax error, as in other readers.
    // Nothing behind the first value is looked at.
    private readonly void CheckSyntax()
    {
        Utf8JsonReader json = Open(_text);
        json.Read();
        json.Skip();
    }

    /// <summary>Ends reading early. Never leaves the reader.</summary>
    private sealed class ReadingEndedException : Exception;
}
