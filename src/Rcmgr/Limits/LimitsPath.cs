using System.Text.Json;

namespace Rcmgr;

/// <summary>A place in a limits text: a section, an entry of it, and a field, as far as they are known.</summary>
internal readonly record struct LimitsPath(string? Section, string? Entry = null, string? Field = null)
{
    private const int MaxName = 80;

    /// <summary>The JSON path. Names that the author made up are shortened, the format's own are not.</summary>
    public override string ToString()
    {
        string entry = Entry is null ? "" : $"[\"{JsonEncodedText.Encode(Shorten(Entry))}\"]";
        return $"${Member(Section)}{entry}{Member(Field)}";
    }

    private static string Member(string? name) => name switch
    {
        null => "",
        _ when name.Length > 0 && name.All(char.IsAsciiLetterOrDigit) => $".{Shorten(name)}",
        _ => $"[\"{JsonEncodedText.Encode(Shorten(name))}\"]",
    };

    private static string Shorten(string name)
    {
        if (name.Length <= MaxName)
            return name;

        // Half of a surrogate pair is not text.
        int end = char.IsHighSurrogate(name[MaxName - 1]) ? MaxName - 1 : MaxName;
        return $"{name.AsSpan(0, end)}...";
    }
}
