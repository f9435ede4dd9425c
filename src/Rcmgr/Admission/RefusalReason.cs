namespace Rcmgr;

/// <summary>Why an operation was refused (specification §2.3).</summary>
public enum RefusalReason : byte
{
    /// <summary>Nothing was refused.</summary>
    None,

    /// <summary>A limit of a scope would have been exceeded.</summary>
    Limit,

    /// <summary>The scope, or a scope that it is part of, is closed.</summary>
    ScopeClosed,

    /// <summary>The scope is in the wrong state, such as a second peer for one connection.</summary>
    WrongState,

    /// <summary>A subnet of the remote address holds as many connections as it may (<see cref="ConnectionLimits.SubnetsIPv4"/>).</summary>
    SubnetLimit,

    /// <summary>A network that the remote address is in holds as many connections as it may (<see cref="ConnectionLimits.Networks"/>).</summary>
    NetworkLimit,

    /// <summary>The remote address, a network around it or everybody together opens connections too fast.</summary>
    ConnectionRate,
}
