namespace Rcmgr;

/// <summary>
/// A scope that streams and connections of many peers are charged to: a root, a service or a protocol. How it counts is the
/// accounting policy's business.
/// </summary>
internal sealed class WideScope : SharedScope
{
    private readonly string? _name;

    public WideScope(AccountingEngine engine, ResourceLimits limits, ScopeKind kind, WideScope? parent, string? name = null)
        : base(engine, limits)
    {
        Kind = kind;
        Parent = parent;
        _name = name;
    }

    public override ScopeKind Kind { get; }

    public WideScope? Parent { get; }

    /// <summary>The name of a service or protocol.</summary>
    public string GroupName => _name ?? throw new InvalidOperationException("A root scope is not a group.");

    internal override object? NameSubject => _name;

    /// <summary>A wide scope stands first in its own list: memory reserved on it directly is charged to it by the policy, too.</summary>
    internal override Ancestors Ancestors => new() { FirstWide = this, LastWide = Parent };
}
