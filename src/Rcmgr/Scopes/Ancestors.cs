namespace Rcmgr;

/// <summary>
/// The ordered list of scopes that a reservation on a scope is charged to after the scope itself (specification §1.2). In
/// every list the scopes of one peer come before the wide ones, so the cheap local checks are made first.
/// </summary>
internal readonly struct Ancestors
{
    public PeerScope? Peer { get; init; }

    public PeerSubScope? ProtocolPeer { get; init; }

    public PeerSubScope? ServicePeer { get; init; }

    public WideScope? FirstWide { get; init; }

    public WideScope? MiddleWide { get; init; }

    public WideScope? LastWide { get; init; }
}
