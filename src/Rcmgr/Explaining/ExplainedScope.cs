namespace Rcmgr;

/// <summary>One scope that an operation asks: what it holds, what it is held to, and what it would say. Immutable.</summary>
public sealed class ExplainedScope
{
    private readonly ScopeKey _key;

    internal ExplainedScope(in PeekedScope scope, IReadOnlyList<ExplainedLimit> checks, in Refusal refusal)
    {
        _key = scope.Key;
        Use = scope.Held.ToUsage();
        Limits = scope.Limits;
        Checks = checks;
        Refusal = refusal;
    }

    /// <summary>The class of the scope.</summary>
    public ScopeKind Kind => _key.Kind;

    /// <summary>The name of the scope (specification §1.1); a connection or stream that is not open yet has no number. Formats on each call.</summary>
    public string Name => ScopeNaming.Name(_key.Kind, _key.Subject, _key.Peer);

    /// <summary>What the scope holds; nothing when it does not exist yet.</summary>
    public ScopeUsage Use { get; }

    /// <summary>The limits in force, or those that the scope would get.</summary>
    public ResourceLimits Limits { get; }

    /// <summary>The limits that the operation is held to, in the order in which they are checked.</summary>
    public IReadOnlyList<ExplainedLimit> Checks { get; }

    /// <summary>Whether this scope would refuse. The first one that does ends the operation; scopes after it are not asked any more.</summary>
    public bool Refuses => Refusal.Reason != RefusalReason.None;

    /// <summary>What it would say; <see cref="RefusalReason.None"/> when it has room.</summary>
    public Refusal Refusal { get; }
}
