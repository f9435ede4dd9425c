namespace Rcmgr.Tool.Node;

/// <summary>
/// Turns the manager's running counts into what is new since the last look. However many refusals there are, one look finds
/// at most one number for each scope, resource, direction and reason.
/// </summary>
internal sealed class RefusalDeltas
{
    private readonly Dictionary<RefusalCount, long> _seen = [];

    public IReadOnlyList<RefusalCount> Next(IReadOnlyList<RefusalCount> counts)
    {
        List<RefusalCount> news = [];
        foreach (RefusalCount count in counts)
        {
            RefusalCount kind = count with { Count = 0 };
            long delta = count.Count - _seen.GetValueOrDefault(kind);
            _seen[kind] = count.Count;
            if (delta > 0)
                news.Add(count with { Count = delta });
        }

        return news;
    }
}
