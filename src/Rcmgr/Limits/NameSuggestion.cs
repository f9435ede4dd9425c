namespace Rcmgr;

/// <summary>Guesses what the author of a limits text meant by a name that does not exist.</summary>
internal static class NameSuggestion
{
    private const int MaxLength = 40;

    private static readonly string[] Sections = [.. LimitSection.All.Select(section => section.Name)];
    private static readonly string[] Fields = [.. LimitFields.All.Select(field => field.Name())];
    private static readonly string[] Words = ["default", "unlimited", "blockAll"];

    // Names that people know from the types, from documentation or from other programs.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Connections"] = "Conns",
        ["ConnectionsInbound"] = "ConnsInbound",
        ["ConnectionsOutbound"] = "ConnsOutbound",
        ["FileDescriptors"] = "FD",
        ["Descriptors"] = "FD",
        ["Bytes"] = "Memory",
        ["Connection"] = "Conn",
        ["ConnDefault"] = "Conn",
        ["StreamDefault"] = "Stream",
        ["Default"] = "System",
        ["Global"] = "System",
        ["infinite"] = "unlimited",
        ["infinity"] = "unlimited",
        ["inf"] = "unlimited",
        ["max"] = "unlimited",
        ["none"] = "blockAll",
        ["block"] = "blockAll",
    };

    public static string? Section(string name) => Among(name, Sections);

    public static string? Field(string name) => Among(name, Fields);

    public static string? Word(string name) => Among(name, Words);

    /// <summary>The one of <paramref name="candidates"/> that was probably meant; null when none is near.</summary>
    public static string? Among(string name, string[] candidates)
    {
        if (name.Length > MaxLength)
            return null;
        if (Aliases.TryGetValue(name, out string? alias) && candidates.Contains(alias))
            return alias;

        string closest = candidates.MinBy(candidate => Distance(name, candidate))!;
        return Distance(name, closest) <= Math.Max(1, closest.Length / 3) ? closest : null;
    }

    /// <summary>How many letters to insert, delete, replace or swap with their neighbour, in any case of letters.</summary>
    private static int Distance(string from, string to)
    {
        int[,] cost = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
                cost[i, j] = i == 0 || j == 0 ? i + j : Cheapest(cost, from, to, i, j);
        }

        return cost[from.Length, to.Length];
    }

    private static int Cheapest(int[,] cost, string from, string to, int i, int j)
    {
        int replaced = cost[i - 1, j - 1] + (Same(from[i - 1], to[j - 1]) ? 0 : 1);
        int cheapest = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
        bool swapped = i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]);
        return swapped ? Math.Min(cheapest, 1 + cost[i - 2, j - 2]) : cheapest;
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
