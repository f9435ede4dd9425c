namespace Rcmgr;

/// <summary>The classes of resource scopes (specification §1.1).</summary>
public enum ScopeKind : byte
{
    /// <summary>Everything the host holds.</summary>
    System,

    /// <summary>Connections without a known peer and streams without a known protocol.</summary>
    Transient,

    /// <summary>The root for connections that were admitted through the allowlist.</summary>
    AllowlistedSystem,

    /// <summary>The transient scope for connections that were admitted through the allowlist.</summary>
    AllowlistedTransient,

    /// <summary>All streams of one service.</summary>
    Service,

    /// <summary>All streams of one service with one peer.</summary>
    ServicePeer,

    /// <summary>All streams of one protocol.</summary>
    Protocol,

    /// <summary>All streams of one protocol with one peer.</summary>
    ProtocolPeer,

    /// <summary>All connections and streams of one peer.</summary>
    Peer,

    /// <summary>One connection.</summary>
    Connection,

    /// <summary>One stream.</summary>
    Stream,

    /// <summary>A sub-account of another scope, for memory.</summary>
    Span,
}
