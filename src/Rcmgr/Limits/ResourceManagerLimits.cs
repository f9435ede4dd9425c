using System.Diagnostics.CodeAnalysis;

namespace Rcmgr;

/// <summary>
/// The concrete limits of every scope class (specification §4.1), with named exceptions for single services, protocols and
/// peers. Immutable and safe for use by many threads; look-ups do not allocate. Two instances with the same content are equal.
/// </summary>
/// <remarks>Names compare ordinally and case-sensitively. A map that is assigned is copied.</remarks>
public sealed record ResourceManagerLimits : LimitsByScope<ResourceLimits>
{
    /// <summary>Creates limits of which every class must be given.</summary>
    public ResourceManagerLimits()
    {
    }

    [SetsRequiredMembers]
    internal ResourceManagerLimits(
        Func<ScopeKind, ResourceLimits> ofClass,
        Func<ScopeKind, IReadOnlyDictionary<string, ResourceLimits>> ofNames,
        IReadOnlyDictionary<PeerKey, ResourceLimits> ofPeers)
        : base(ofClass, ofNames, ofPeers)
    {
    }

    /// <summary>Limits that allow everything, without named exceptions.</summary>
    public static ResourceManagerLimits Infinite { get; } =
        new(_ => ResourceLimits.AllowAll, _ => LimitMaps.None<ResourceLimits>(), LimitMaps.NoPeers<ResourceLimits>());

    /// <summary>The limits of a scope that is named by its kind and its subject: a <see cref="PeerKey"/> or the name of a group.</summary>
    internal ResourceLimits For(ScopeKind kind, object? subject) => kind switch
    {
        ScopeKind.Service => ServiceLimits((string)subject!),
        ScopeKind.ServicePeer => ServicePeerLimits((string)subject!),
        ScopeKind.Protocol => ProtocolLimits((string)subject!),
        ScopeKind.ProtocolPeer => ProtocolPeerLimits((string)subject!),
        ScopeKind.Peer => PeerLimits((PeerKey)subject!),
        _ => this[kind],
    };

    /// <summary>The limits of the service <paramref name="name"/>: its own entry, else the class default.</summary>
    public ResourceLimits ServiceLimits(string name) => Services.GetValueOrDefault(name) ?? ServiceDefault;

    /// <summary>The limits of one peer's use of the service <paramref name="name"/>: its own entry, else the class default.</summary>
    public ResourceLimits ServicePeerLimits(string name) => ServicePeers.GetValueOrDefault(name) ?? ServicePeerDefault;

    /// <summary>The limits of the protocol <paramref name="id"/>: its own entry, else the class default.</summary>
    public ResourceLimits ProtocolLimits(string id) => Protocols.GetValueOrDefault(id) ?? ProtocolDefault;

    /// <summary>The limits of one peer's use of the protocol <paramref name="id"/>: its own entry, else the class default.</summary>
    public ResourceLimits ProtocolPeerLimits(string id) => ProtocolPeers.GetValueOrDefault(id) ?? ProtocolPeerDefault;

    /// <summary>The limits of <paramref name="peer"/>: its own entry, else the class default.</summary>
    public ResourceLimits PeerLimits(PeerKey peer) => Peers.GetValueOrDefault(peer) ?? PeerDefault;
}
