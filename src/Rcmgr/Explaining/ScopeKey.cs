namespace Rcmgr;

/// <summary>
/// Which scope: by its kind, its subject (a <see cref="PeerKey"/> or the name of a service or protocol) and, of a share, the peer. It need
/// not exist.
/// </summary>
internal readonly record struct ScopeKey(ScopeKind Kind, object? Subject = null, PeerKey? Peer = null);
