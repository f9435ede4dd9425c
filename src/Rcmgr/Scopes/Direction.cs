namespace Rcmgr;

/// <summary>Who opened a connection or stream (specification §1.1).</summary>
public enum Direction : byte
{
    /// <summary>Opened by the remote side.</summary>
    Inbound,

    /// <summary>Opened by this host.</summary>
    Outbound,
}
