using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Rcmgr;

/// <summary>A section of the JSON form, in the order in which they are written (specification §4.3).</summary>
/// <param name="Name">The name of the section.</param>
/// <param name="Kind">The class of scopes that the section limits.</param>
/// <param name="IsMap">Whether it holds limits by name, of single services, protocols or peers.</param>
internal sealed record LimitSection(string Name, ScopeKind Kind, bool IsMap)
{
    public static ImmutableArray<LimitSection> All { get; } =
    [
        new("Service", ScopeKind.Service, IsMap: true),
        new("ServicePeer", ScopeKind.ServicePeer, IsMap: true),
        new("Protocol", ScopeKind.Protocol, IsMap: true),
        new("ProtocolPeer", ScopeKind.ProtocolPeer, IsMap: true),
        new("Peer", ScopeKind.Peer, IsMap: true),
        new("System", ScopeKind.System, IsMap: false),
        new("Transient", ScopeKind.Transient, IsMap: false),
        new("AllowlistedSystem", ScopeKind.AllowlistedSystem, IsMap: false),
        new("AllowlistedTransient", ScopeKind.AllowlistedTransient, IsMap: false),
        new("ServiceDefault", ScopeKind.Service, IsMap: false),
        new("ServicePeerDefault", ScopeKind.ServicePeer, IsMap: false),
        new("ProtocolDefault", ScopeKind.Protocol, IsMap: false),
        new("ProtocolPeerDefault", ScopeKind.ProtocolPeer, IsMap: false),
        new("PeerDefault", ScopeKind.Peer, IsMap: false),
        new("Conn", ScopeKind.Connection, IsMap: false),
        new("Stream", ScopeKind.Stream, IsMap: false),
    ];

    private static readonly FrozenDictionary<string, LimitSection> ByName =
        All.ToFrozenDictionary(section => section.Name, StringComparer.OrdinalIgnoreCase);

    public static LimitSection? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The key of the limits of a class of scopes, or of the one of them that <paramref name="name"/> names.</summary>
    public static string Key(ScopeKind kind, string? name)
    {
        string section = All.First(section => section.Kind == kind && section.IsMap == name is not null).Name;
        return name is null ? section : $"{section}[\"{name}\"]";
    }
}
