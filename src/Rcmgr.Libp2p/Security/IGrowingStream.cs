namespace Rcmgr.Libp2p.Security;

/// <summary>An encrypted stream that moves much faster through larger buffers, which its owner pays for first.</summary>
internal interface IGrowingStream
{
    /// <summary>What the larger buffer of the sending direction takes beyond the one that is paid for, in bytes.</summary>
    int SendGrowthBytes { get; }

    /// <summary>What the larger buffer of the receiving direction takes beyond the one that is paid for, in bytes.</summary>
    int ReceiveGrowthBytes { get; }

    /// <summary>From the next write on; safe at any time.</summary>
    void GrowSending();

    /// <summary>From the next buffer on; safe at any time.</summary>
    void GrowReceiving();
}
