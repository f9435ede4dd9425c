namespace Rcmgr;

/// <summary>A scope that many connections and streams are charged to; it lives as long as something refers to it.</summary>
internal abstract class SharedScope : ResourceScope
{
    private protected SharedScope(AccountingEngine engine, ResourceLimits limits)
        : base(engine, limits)
    {
    }

    /// <summary>Scopes charged to this one, live spans begun on it, and open views (specification §1.4).</summary>
    public int References;
}
