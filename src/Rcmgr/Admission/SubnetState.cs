namespace Rcmgr;

/// <summary>What is known of one subnet: how many connections it holds, and its token bucket.</summary>
internal sealed class SubnetState(in SubnetKey key) : SlotCounter
{
    public readonly SubnetKey Key = key;

    /// <summary>Only under the gate of the table.</summary>
    public TokenBucket Bucket;

    /// <summary>The next one in the table with such a hash.</summary>
    public SubnetState? Next;
}
