using System.Globalization;
using System.Text.Json;

namespace Rcmgr;

/// <content>The values of limits: numbers, words, and decimal strings for memory.</content>
internal ref partial struct LimitsTextReader
{
    private const long LargestCount = int.MaxValue;
    private const string Expected = "an integer or one of \"default\", \"unlimited\", \"blockAll\" is expected";

    /// <summary>Reads a limit; of what is none, says so and passes it over.</summary>
    public LimitValue ReadLimit(LimitField field) => Json.TokenType switch
    {
        JsonTokenType.Number => ReadNumber(field),
        JsonTokenType.String when ReadWord() is LimitValue word => word,
        JsonTokenType.String => ReadText(field),
        _ => WrongKind(),
    };

    private LimitValue ReadText(LimitField field) => DecodeText() switch
    {
        null => LimitValue.Default,
        string text when field == LimitField.Memory => ReadDecimal(text),
        string text => WrongText(field, text),
    };

    // The raw bytes are compared: a word with escapes in it is not a word, as in other readers.
    private readonly LimitValue? ReadWord()
    {
        ReadOnlySpan<byte> word = Json.ValueSpan;
        if (word.SequenceEqual("default"u8))
            return LimitValue.Default;
        if (word.SequenceEqual("unlimited"u8))
            return LimitValue.Unlimited;
        if (word.SequenceEqual("blockAll"u8))
            return LimitValue.BlockAll;

        return null;
    }

    private LimitValue ReadNumber(LimitField field)
    {
        if (Json.ValueSpan.IndexOfAny(".eE"u8) >= 0)
            return Wrong(LimitsFormatError.Type, "a number without fraction and exponent is expected", WholeNumber());
        if (!Json.TryGetInt64(out long number))
            return OutOfRange();

        return FromNumber(field, number);
    }

    private LimitValue ReadDecimal(string text)
    {
        ReadOnlySpan<char> digits = text is ['+' or '-', ..] ? text.AsSpan(1) : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            return WrongText(LimitField.Memory, text);
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return OutOfRange();

        string usual = number.ToString(CultureInfo.InvariantCulture);
        if (text != usual)
            Warn(LimitsFormatError.Spelling, "not the usual form of a number", $"write \"{usual}\"");
        return FromNumber(LimitField.Memory, number);
    }

    // The format's numeric aliases of the words; every other negative number is legal and blocks everything.
    private LimitValue FromNumber(LimitField field, long number)
    {
        switch (number)
        {
            case -1:
                Warn(LimitsFormatError.Spelling, "-1 means unlimited", "write \"unlimited\"");
                return LimitValue.Unlimited;
            case -2:
                Warn(LimitsFormatError.Spelling, "-2 means that nothing is allowed", "write \"blockAll\"");
                return LimitValue.BlockAll;
            case < 0:
                Strictly(LimitsFormatError.Range, Json.TokenStartIndex, "a negative limit allows nothing", "write \"blockAll\" if that is meant");
                break;
            case > LargestCount when field != LimitField.Memory:
                Warn(LimitsFormatError.Range, $"scopes count to {LargestCount}", "write \"unlimited\"");
                break;
        }

        return LimitValue.Literal(number);
    }

    private LimitValue WrongText(LimitField field, string text)
    {
        string? suggestion = null;
        if (field != LimitField.Memory && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            suggestion = string.Create(CultureInfo.InvariantCulture, $"write {number} without quotation marks");
        else if (NameSuggestion.Word(text) is string word)
            suggestion = $"did you mean \"{word}\"?";
        else if (field == LimitField.Memory && ByteSize.TryParse(text, out long bytes))
            suggestion = string.Create(CultureInfo.InvariantCulture, $"write the number of bytes, \"{bytes}\"");
        return Wrong(LimitsFormatError.Type, Expected, suggestion);
    }

    private LimitValue WrongKind() => Json.TokenType == JsonTokenType.Null
        ? Wrong(LimitsFormatError.Null, "null has no meaning here", "leave the limit out for the default, or write \"unlimited\" or \"blockAll\"")
        : Wrong(LimitsFormatError.Type, Expected);

    private LimitValue OutOfRange() =>
        Wrong(LimitsFormatError.Range, "the number does not fit into 64 bits", "write \"unlimited\" if that is meant");

    private LimitValue Wrong(LimitsFormatError error, string message, string? suggestion = null)
    {
        Fail(error, Json.TokenStartIndex, message, suggestion);
        Json.Skip();
        return LimitValue.Default;
    }

    private readonly string? WholeNumber()
    {
        bool isWhole = Json.TryGetDecimal(out decimal number) && decimal.IsInteger(number) && Math.Abs(number) <= long.MaxValue;
        return isWhole ? string.Create(CultureInfo.InvariantCulture, $"write {decimal.ToInt64(number)}") : null;
    }
}
