using System.Globalization;

namespace Rcmgr;

/// <summary>A live scope that holds more than new limits allow.</summary>
public sealed class OverLimit
{
    private readonly object? _subject;
    private readonly PeerKey? _peer;
    private readonly LimitField _field;

    private OverLimit(SharedScope scope, LimitField field, long held, long limit)
    {
        ScopeKind = scope.Kind;
        _subject = scope.NameSubject;
        _peer = scope.NamePeer;
        _field = field;
        Held = held;
        Limit = limit;
    }

    /// <summary>The class of the scope.</summary>
    public ScopeKind ScopeKind { get; }

    /// <summary>The name of the scope (specification §1.1). Formats on each call.</summary>
    public string ScopeName => ScopeNaming.Name(ScopeKind, _subject, _peer);

    /// <summary>The resource of which the scope holds too much.</summary>
    public Resource Resource => _field.Resource();

    /// <summary>The direction whose limit it is; null for totals and for what has no direction.</summary>
    public Direction? Direction => _field.Direction();

    /// <summary>How much the scope holds.</summary>
    public long Held { get; }

    /// <summary>How much the new limits allow.</summary>
    public long Limit { get; }

    /// <summary>Scope, resource and both numbers, in words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ScopeName}: {_field.Name()} {Held} in use, {Limit} allowed");

    internal ScopeKey Key => new(ScopeKind, _subject, _peer);

    internal static void Find(SharedScope scope, in ScopeUsage usage, ResourceLimits limits, List<OverLimit> found)
    {
        foreach (LimitField field in LimitFields.All)
        {
            long held = field.Of(usage);
            if (held > limits[field] && held > 0)
                found.Add(new OverLimit(scope, field, held, limits[field]));
        }
    }
}
