using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Rcmgr.Tool.Commands;

/// <summary>Options that several benchmarks have.</summary>
internal static class BenchOptions
{
    public const int MaxRepetitions = 1000;

    public static Option<string> CreateOnly() => new("--only")
    {
        Description = "Only the measurements whose name contains this.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    public static Option<bool> CreateJson() => new("--json") { Description = "Print one JSON object and nothing else." };

    /// <summary>Has the option refuse what would measure nothing, or never end.</summary>
    public static Option<T> Amount<T>(Option<T> option, T most)
        where T : struct, INumber<T>
    {
        Bound(option, most);
        return option;
    }

    /// <summary>The same for an option that need not be given.</summary>
    public static Option<T?> Amount<T>(Option<T?> option, T most)
        where T : struct, INumber<T>
    {
        Bound(option, most);
        return option;
    }

    private static void Bound<T>(Option option, T most)
        where T : struct, INumber<T> =>
        option.Validators.Add(result =>
        {
            // Text that is no number is the parser's to refuse, and asking it for the value would throw.
            if (result.Tokens.Count == 1
                && T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out T value)
                && !(value > T.Zero && value <= most))
            {
                result.AddError(FormattableString.Invariant($"{option.Name} takes a number greater than 0 and at most {most}."));
            }
        });
}
