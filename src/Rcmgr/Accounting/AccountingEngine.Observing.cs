namespace Rcmgr;

/// <content>What an engine that stands before another does in its own way.</content>
internal abstract partial class AccountingEngine
{
    /// <summary>The limits that a scope is held to.</summary>
    public virtual ResourceLimits ReadLimits(ResourceScope scope) => scope.CurrentLimits;

    /// <summary>The limits of all scopes that have none of their own.</summary>
    public virtual ResourceManagerLimits ReadManagerLimits() => ConfiguredLimits;

    /// <summary>Tells <paramref name="observer"/> of every connection, stream and span from now on.</summary>
    public virtual void ObserveLeaves(ILeafObserver observer) => LeafObserver = observer;
}
