using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// Why the manager refused an operation: which scope, which resource, how much was asked, how much is in use, how much is
/// allowed, and which configuration key would raise it (specification §2.3). A value; nothing is formatted until somebody
/// asks for <see cref="ScopeName"/>, <see cref="ConfigurationKey"/> or <see cref="ToString"/>.
/// </summary>
public readonly struct Refusal : IEquatable<Refusal>
{
    // What names who refused: a PeerKey, the name of a service or protocol, the scope object itself, or the AddressRule; and with it
    // the peer of a share, or the refused address.
    private readonly object? _subject;
    private readonly object? _detail;
    private readonly Violation _violation;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Refusal(RefusalReason reason, ScopeKind kind, object? subject, object? detail, in Violation violation)
    {
        Reason = reason;
        ScopeKind = kind;
        _subject = subject;
        _detail = detail;
        _violation = violation;
    }

    /// <summary>Why the operation was refused.</summary>
    public RefusalReason Reason { get; }

    /// <summary>The kind of the scope that refused; <see cref="ScopeKind.Connection"/> for a refusal by address.</summary>
    public ScopeKind ScopeKind { get; }

    /// <summary>The resource whose limit would have been exceeded; meaningful for limits and rates.</summary>
    public Resource Resource => _violation.Resource;

    /// <summary>The direction whose limit would have been exceeded; null when the limit is a total or has no direction.</summary>
    public Direction? Direction => _violation.Direction;

    /// <summary>How much was asked: bytes of memory, or a count.</summary>
    public long Requested => _violation.Requested;

    /// <summary>How much was in use in the refusing scope, subnet or network; for a rate, all of its burst.</summary>
    public long Current => Reason == RefusalReason.ConnectionRate ? Limit : _violation.Current;

    /// <summary>The limit in force in the refusing scope, subnet or network; for a rate, its burst.</summary>
    public long Limit => _violation.Limit;

    /// <summary>The priority of a memory reservation; zero for other resources.</summary>
    public byte Priority => _violation.Priority;

    /// <summary>How much of the limit this operation could use: less than <see cref="Limit"/> for memory of a low priority.</summary>
    public long Allowed => Resource == Resource.Memory ? LimitCheck.MemoryThreshold(Limit, Priority) : Limit;

    /// <summary>The name of the scope that refused, such as <c>peer:12D3KooW…</c> (specification §1.1). Formats on each call.</summary>
    public string ScopeName => Rule?.NameOf(Address) ?? ScopeNaming.Name(ScopeKind, _subject, _detail as PeerKey);

    /// <summary>
    /// The network or subnet whose connections or rate were too many, in canonical form; null when it was the rate of everybody
    /// together, and when the refusal is not by address. Allocates on each call.
    /// </summary>
    public IPNetwork? Network => Rule?.NetworkOf(Address);

    /// <summary>
    /// For <see cref="RefusalReason.ConnectionRate"/>: after which time the rate would admit a connection, if nobody else takes the
    /// token; <see cref="TimeSpan.MaxValue"/> for never. Null for other reasons.
    /// </summary>
    public TimeSpan? RetryAfter => Reason == RefusalReason.ConnectionRate ? TimeSpan.FromTicks(_violation.Current) : null;

    /// <summary>
    /// The key of the limits file that would raise this limit, such as <c>Peer["12D3KooW…"].StreamsInbound</c>
    /// (specification §4.3), or the member of <see cref="ConnectionLimits"/>; empty when no limit was involved. Formats on each call.
    /// </summary>
    public string ConfigurationKey =>
        Reason == RefusalReason.Limit ? $"{ScopeNaming.Section(ScopeKind, _subject)}.{LimitName}" : Rule?.Key ?? string.Empty;

    /// <summary>No limit was met: a counter without one would have left 63 bits.</summary>
    internal bool IsWrap => Reason == RefusalReason.Limit && Resource == Resource.Memory && Limit == ResourceLimits.Unlimited;

    private AddressRule? Rule => _subject as AddressRule;

    private IPAddress? Address => _detail as IPAddress;

    private string LimitName => (Resource, Direction) switch
    {
        (Resource.Memory, _) => "Memory",
        (Resource.FileDescriptors, _) => "FD",
        (Resource.Streams, null) => "Streams",
        (Resource.Streams, Rcmgr.Direction.Inbound) => "StreamsInbound",
        (Resource.Streams, _) => "StreamsOutbound",
        (_, null) => "Conns",
        (_, Rcmgr.Direction.Inbound) => "ConnsInbound",
        _ => "ConnsOutbound",
    };

    /// <summary>Says who refused, what, how much was asked, in use and allowed, and what to change.</summary>
    public override string ToString() => Reason switch
    {
        RefusalReason.None => "nothing was refused",
        RefusalReason.ScopeClosed => $"{ScopeName}: the scope is closed",
        RefusalReason.WrongState => $"{ScopeName}: the scope is in the wrong state for this operation",
        _ => Rule?.Describe(this) ?? Describe(),
    };

    /// <inheritdoc/>
    public bool Equals(Refusal other) =>
        Reason == other.Reason && ScopeKind == other.ScopeKind && Equals(_subject, other._subject) && Equals(_detail, other._detail)
        && Resource == other.Resource && Direction == other.Direction && Requested == other.Requested && Current == other.Current
        && Limit == other.Limit && Priority == other.Priority;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Refusal other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Reason, ScopeKind, _subject, _detail, Resource, Direction, Requested, Current);

    /// <summary>Whether two refusals say the same.</summary>
    public static bool operator ==(Refusal left, Refusal right) => left.Equals(right);

    /// <summary>Whether two refusals differ.</summary>
    public static bool operator !=(Refusal left, Refusal right) => !left.Equals(right);

    /// <summary>The exception that the throwing form of the refused operation raises.</summary>
    public Exception ToException() => Reason switch
    {
        RefusalReason.ScopeClosed => new ScopeClosedException(ToString()),
        RefusalReason.WrongState => new ScopeStateException(ToString()),
        RefusalReason.None => throw new InvalidOperationException("Nothing was refused."),
        _ => new ResourceLimitExceededException(this),
    };

    internal static Refusal OfLimit(ResourceScope scope, in Violation violation) =>
        new(RefusalReason.Limit, scope.Kind, scope.NameSubject, scope.NamePeer, violation);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Refusal OfLimit(ScopeKind kind, object? subject, PeerKey? peer, in Violation violation) =>
        new(RefusalReason.Limit, kind, subject, peer, violation);

    internal static Refusal OfClosed(ResourceScope scope) => OfClosed(scope.Kind, scope.NameSubject, scope.NamePeer);

    internal static Refusal OfClosed(ScopeKind kind, object? subject, PeerKey? peer) =>
        new(RefusalReason.ScopeClosed, kind, subject, peer, default);

    internal static Refusal OfState(ResourceScope scope) =>
        new(RefusalReason.WrongState, scope.Kind, scope.NameSubject, scope.NamePeer, default);

    /// <summary>A subnet or network of <paramref name="address"/> is full.</summary>
    internal static Refusal OfAddress(AddressRule rule, IPAddress address, Direction direction, long current) =>
        new(rule.Reason, ScopeKind.Connection, rule, address, OfConnection(direction, current, rule.Limit));

    /// <summary>A bucket that <paramref name="address"/> takes from is empty; <paramref name="retryAfter"/> says for how long.</summary>
    internal static Refusal OfRate(AddressRule rule, IPAddress? address, Direction direction, TimeSpan retryAfter) =>
        new(rule.Reason, ScopeKind.Connection, rule, address, OfConnection(direction, retryAfter.Ticks, rule.Limit));

    private static Violation OfConnection(Direction direction, long current, long limit) =>
        new() { Requested = 1, Current = current, Limit = limit, Resource = Resource.Connections, Direction = direction };

    private string Describe()
    {
        string what = (Resource, Direction) switch
        {
            (Resource.Memory, _) => "bytes of memory",
            (Resource.FileDescriptors, _) => "file descriptor",
            (Resource.Streams, null) => "stream",
            (Resource.Streams, Rcmgr.Direction.Inbound) => "inbound stream",
            (Resource.Streams, _) => "outbound stream",
            (_, null) => "connection",
            (_, Rcmgr.Direction.Inbound) => "inbound connection",
            _ => "outbound connection",
        };
        string of = Allowed == Limit ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" at priority {Priority} (limit {Limit})");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ScopeName}: refused {Requested} {what}: {Current} in use, {Allowed} allowed{of}; to allow more, raise {ConfigurationKey}");
    }
}
