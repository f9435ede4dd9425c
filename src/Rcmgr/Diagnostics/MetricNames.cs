using System.Text;

namespace Rcmgr;

/// <summary>How metrics spell scopes, resources, directions and reasons: as the published metrics do (specification §7.1, §7.3).</summary>
internal static class MetricNames
{
    private static readonly string[] Scopes =
    [
        "system", "transient", "allowlistedSystem", "allowlistedTransient", "service", "service-peer", "protocol", "protocol-peer",
        "peer", "conn", "stream", "span",
    ];

    private static readonly string[] Reasons = [.. Enum.GetNames<RefusalReason>().Select(ToSnakeCase)];

    public static string Of(ScopeKind kind) => Scopes[(int)kind];

    public static string Of(RefusalReason reason) => Reasons[(int)reason];

    public static string Of(Direction? direction) => direction switch
    {
        Direction.Inbound => "inbound",
        Direction.Outbound => "outbound",
        _ => "",
    };

    public static string Of(Resource resource) => resource switch
    {
        Resource.Memory => "memory",
        Resource.FileDescriptors => "fd",
        Resource.Streams => "stream",
        _ => "connection",
    };

    private static string ToSnakeCase(string name)
    {
        StringBuilder text = new(name.Length + 4);
        foreach (char letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
