namespace Rcmgr.Tool.Admin;

/// <summary>How the admin endpoint and the node's events spell the manager's kinds, resources, directions and reasons.</summary>
internal static class AdminNames
{
    private static readonly string[] Kinds = [.. Enum.GetNames<ScopeKind>().Select(LowerCamel)];
    private static readonly string[] Reasons = [.. Enum.GetNames<RefusalReason>().Select(LowerCamel)];
    private static readonly string[] Exemptions = [.. Enum.GetNames<AddressExemption>().Select(LowerCamel)];
    private static readonly string[] Resources = ["memory", "streams", "conns", "fd"];

    public static string Of(ScopeKind kind) => Kinds[(int)kind];

    public static string Of(Resource resource) => Resources[(int)resource];

    public static string Of(RefusalReason reason) => Reasons[(int)reason];

    public static string Of(AddressExemption exemption) => Exemptions[(int)exemption];

    /// <summary>Memory and file descriptors have no direction: theirs is an empty text.</summary>
    public static string Of(Direction? direction) => direction switch
    {
        Direction.Inbound => "inbound",
        Direction.Outbound => "outbound",
        _ => "",
    };

    public static ScopeKind ParseKind(string name) => (ScopeKind)Index(Kinds, name);

    public static Resource ParseResource(string name) => (Resource)Index(Resources, name);

    public static RefusalReason ParseReason(string name) => (RefusalReason)Index(Reasons, name);

    public static Direction? ParseDirection(string name) => name switch
    {
        "inbound" => Direction.Inbound,
        "outbound" => Direction.Outbound,
        "" => null,
        _ => throw new FormatException($"'{name}' is not a direction."),
    };

    private static int Index(string[] names, string name)
    {
        int index = Array.IndexOf(names, name);
        return index >= 0 ? index : throw new FormatException($"'{name}' is not one of: {string.Join(", ", names)}.");
    }

    private static string LowerCamel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
