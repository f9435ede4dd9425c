namespace Rcmgr;

/// <summary>One scope of a <see cref="ResourceManagerSnapshot"/>: what it held and what it was held to.</summary>
public sealed class ScopeReport
{
    private readonly object? _subject;
    private readonly PeerKey? _peer;

    internal ScopeReport(ScopeKind kind, object? subject, PeerKey? peer, ScopeUsage use, ResourceLimits limits)
    {
        Kind = kind;
        _subject = subject;
        _peer = peer;
        Use = use;
        Limits = limits;
    }

    /// <summary>The class of the scope.</summary>
    public ScopeKind Kind { get; }

    /// <summary>The name of the scope (specification §1.1). Formats on each call.</summary>
    public string Name => ScopeNaming.Name(Kind, _subject, _peer);

    /// <summary>The name of a service or protocol; null for other scopes. One instance for as long as the scope lives.</summary>
    internal string? GroupName => Kind is ScopeKind.Service or ScopeKind.Protocol ? _subject as string : null;

    internal ScopeKey Key => new(Kind, _subject, _peer);

    internal ScopeReport WithLimits(ResourceLimits limits) => new(Kind, _subject, _peer, Use, limits);

    /// <summary>What the scope held.</summary>
    public ScopeUsage Use { get; }

    /// <summary>The limits that were in force.</summary>
    public ResourceLimits Limits { get; }
}
