namespace Rcmgr;

/// <summary>
/// Which services and protocols appear in metrics by name: the first that were seen, up to a bound. All others share one label, so that
/// whoever can invent names cannot make the series grow. Safe to use from several threads.
/// </summary>
internal sealed class GroupLabels(int bound)
{
    /// <summary>The label of every group beyond the bound, and of one that is called so.</summary>
    public const string Other = "other";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    public bool HasOwn(string group)
    {
        lock (_gate)
            return _named.Contains(group) || (group != Other && _named.Count < bound && _named.Add(group));
    }
}
