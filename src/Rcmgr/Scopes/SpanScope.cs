namespace Rcmgr;

/// <summary>
/// A sub-account of another scope, for memory (specification §1.3). It is checked against the limits that its owner had when
/// the span began (the manager's newest, if the owner had none of its own), then its owner is charged. Disposing it releases what it holds; disposing it again does nothing.
/// </summary>
public sealed class SpanScope : ResourceScope, IDisposable
{
    internal SpanScope(ResourceScope owner, int number)
        : base(owner.Engine)
    {
        Owner = owner;
        Number = number;
    }

    /// <inheritdoc/>
    public override ScopeKind Kind => ScopeKind.Span;

    internal ResourceScope Owner { get; }

    internal int Number { get; }

    internal override ResourceLimits ConfiguredLimits => Owner.ConfiguredLimits;

    internal override Ancestors Ancestors => default;

    /// <summary>Releases all that the span holds.</summary>
    public void Dispose() => Engine.Close(this);
}
