using System.Globalization;

namespace Rcmgr;

/// <summary>Sizes such as <c>1.5 GiB</c>, as people write them.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1), ("", 1),
    ];

    /// <summary>The number of bytes, rounded down.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        string trimmed = text.Trim();
        (string unit, long factor) = Units.First(known => trimmed.EndsWith(known.Unit, StringComparison.OrdinalIgnoreCase));
        string number = trimmed[..^unit.Length].TrimEnd();
        bool parsed = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * factor < long.MaxValue;
        bytes = parsed ? (long)(value * factor) : 0;
        return parsed;
    }

    /// <summary>The size in the largest unit of which there is at least one, with two decimals.</summary>
    public static string Format(long bytes)
    {
        int power = 0;
        double value = bytes;
        for (; value >= 1024 && power < 4; power++)
            value /= 1024;
        return power == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
            : string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {Units[power - 1].Unit}");
    }
}
