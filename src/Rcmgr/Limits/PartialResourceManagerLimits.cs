using System.Diagnostics.CodeAnalysis;

namespace Rcmgr;

/// <summary>
/// Limits as a user writes them (specification §4.2): what is left open comes from defaults. Immutable and safe for use by
/// many threads. Two instances with the same content are equal. <see cref="LimitsJson"/> reads and writes the JSON form.
/// </summary>
/// <remarks>Names compare ordinally and case-sensitively. A map that is assigned is copied.</remarks>
public sealed record PartialResourceManagerLimits : LimitsByScope<PartialLimits>
{
    /// <summary>Creates limits that leave everything to the defaults.</summary>
    [SetsRequiredMembers]
    public PartialResourceManagerLimits()
        : this(_ => PartialLimits.Empty, _ => LimitMaps.None<PartialLimits>(), LimitMaps.NoPeers<PartialLimits>())
    {
    }

    [SetsRequiredMembers]
    internal PartialResourceManagerLimits(
        Func<ScopeKind, PartialLimits> ofClass,
        Func<ScopeKind, IReadOnlyDictionary<string, PartialLimits>> ofNames,
        IReadOnlyDictionary<PeerKey, PartialLimits> ofPeers)
        : base(ofClass, ofNames, ofPeers)
    {
    }

    /// <summary>The partial limits that build to <paramref name="limits"/> against any defaults.</summary>
    public static PartialResourceManagerLimits FromConcrete(ResourceManagerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new PartialResourceManagerLimits(
            kind => PartialLimits.FromConcrete(limits[kind]),
            kind => LimitMaps.Select(limits.NamesOf(kind), PartialLimits.FromConcrete),
            LimitMaps.Select(limits.Peers, PartialLimits.FromConcrete));
    }

    /// <summary>
    /// The concrete limits. A named entry takes what it leaves open from the entry of the same name in
    /// <paramref name="defaults"/>, and if there is none, from the built default of its class. Names that only
    /// <paramref name="defaults"/> has are kept as they are: a changed class default does not reach them.
    /// </summary>
    public ResourceManagerLimits Build(ResourceManagerLimits defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return new ResourceManagerLimits(
            BuildClass,
            kind => LimitMaps.Merge(NamesOf(kind), defaults.NamesOf(kind), BuildClass(kind), BuildEntry),
            LimitMaps.Merge(Peers, defaults.Peers, BuildClass(ScopeKind.Peer), BuildEntry));

        ResourceLimits BuildClass(ScopeKind kind) => this[kind].Build(defaults[kind]);
        static ResourceLimits BuildEntry(PartialLimits limits, ResourceLimits open) => limits.Build(open);
    }

    /// <summary>
    /// These limits, with what they leave open taken from <paramref name="other"/>. A named entry that
    /// <paramref name="other"/> lacks is filled from the class default of the result; names that only
    /// <paramref name="other"/> has are copied.
    /// </summary>
    public PartialResourceManagerLimits Apply(PartialResourceManagerLimits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new PartialResourceManagerLimits(
            ApplyClass,
            kind => LimitMaps.Merge(NamesOf(kind), other.NamesOf(kind), ApplyClass(kind), ApplyEntry),
            LimitMaps.Merge(Peers, other.Peers, ApplyClass(ScopeKind.Peer), ApplyEntry));

        PartialLimits ApplyClass(ScopeKind kind) => this[kind].Apply(other[kind]);
        static PartialLimits ApplyEntry(PartialLimits limits, PartialLimits open) => limits.Apply(open);
    }
}
