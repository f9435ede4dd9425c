namespace Rcmgr;

/// <summary>A scope that many connections and streams are charged to; it lives as long as something refers to it.</summary>
internal abstract class SharedScope : ResourceScope
{
    private protected SharedScope(AccountingEngine engine, ResourceLimits limits)
        : base(engine)
    {
        Configured = limits;
    }

    /// <summary>What the manager's limits say about this scope; replaced with them.</summary>
    public ResourceLimits Configured;

    /// <summary>Scopes charged to this one, live spans begun on it, and open views (specification §1.4).</summary>
    public int References;

    internal sealed override ResourceLimits ConfiguredLimits => Configured;
}
