namespace Rcmgr;

/// <summary>Why limits by address do not concern a connection (specification §5, §6).</summary>
public enum AddressExemption
{
    /// <summary>They do, or the operation opens no connection.</summary>
    None,

    /// <summary>The manager limits nobody by address.</summary>
    NothingLimited,

    /// <summary>This host opens the connection, and <see cref="ConnectionLimits.IncludeOutbound"/> is false.</summary>
    Outbound,

    /// <summary>The address is loopback, and <see cref="ConnectionLimits.ExemptLoopback"/> is true.</summary>
    Loopback,

    /// <summary>The <see cref="Allowlist"/> opens a network with the address to every peer.</summary>
    Allowlisted,
}
