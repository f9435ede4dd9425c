using System.Globalization;

namespace Rcmgr;

/// <summary>The names of scopes (specification §1.1) and the sections of the limits file that govern them (§4.3).</summary>
internal static class ScopeNaming
{
    public static string Name(ScopeKind kind, object? subject, PeerKey? peer) => kind switch
    {
        ScopeKind.System => "system",
        ScopeKind.Transient => "transient",
        ScopeKind.AllowlistedSystem => "allowlistedSystem",
        ScopeKind.AllowlistedTransient => "allowlistedTransient",
        ScopeKind.Service => $"service:{subject}",
        ScopeKind.ServicePeer => $"service:{subject}.peer:{peer}",
        ScopeKind.Protocol => $"protocol:{subject}",
        ScopeKind.ProtocolPeer => $"protocol:{subject}.peer:{peer}",
        ScopeKind.Peer => $"peer:{subject}",
        ScopeKind.Connection => Numbered("conn", (subject as ConnectionScope)?.Id),
        ScopeKind.Stream => Numbered("stream", (subject as StreamScope)?.Id),
        _ => SpanName(subject as SpanScope),
    };

    public static string Section(ScopeKind kind, object? subject) => kind switch
    {
        ScopeKind.System => "System",
        ScopeKind.Transient => "Transient",
        ScopeKind.AllowlistedSystem => "AllowlistedSystem",
        ScopeKind.AllowlistedTransient => "AllowlistedTransient",
        ScopeKind.Service => $"Service[\"{subject}\"]",
        ScopeKind.ServicePeer => $"ServicePeer[\"{subject}\"]",
        ScopeKind.Protocol => $"Protocol[\"{subject}\"]",
        ScopeKind.ProtocolPeer => $"ProtocolPeer[\"{subject}\"]",
        ScopeKind.Peer => $"Peer[\"{subject}\"]",
        ScopeKind.Connection => "Conn",
        ScopeKind.Stream => "Stream",
        _ => SpanSection(subject as SpanScope),
    };

    // A connection or stream that its own limit refuses never gets a number.
    private static string Numbered(string prefix, long? id) =>
        id is null ? prefix : string.Create(CultureInfo.InvariantCulture, $"{prefix}-{id}");

    private static string SpanName(SpanScope? span) =>
        span is null ? "span" : string.Create(CultureInfo.InvariantCulture, $"{span.Owner.Name}.span-{span.Number}");

    private static string SpanSection(SpanScope? span)
    {
        ResourceScope? scope = span;
        while (scope is SpanScope inner)
            scope = inner.Owner;
        return scope is null ? "Span" : Section(scope.Kind, scope.NameSubject);
    }
}
