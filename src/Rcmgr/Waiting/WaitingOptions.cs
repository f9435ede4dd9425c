namespace Rcmgr;

/// <summary>How many operations may wait for room at one time. Immutable.</summary>
public sealed record WaitingOptions
{
    /// <summary>The most operations that wait; for more, the refusal comes at once.</summary>
    public int MaxWaiters { get; init; } = 1024;

    /// <summary>The most operations that wait for one peer, so that one busy peer leaves places for others.</summary>
    public int MaxWaitersPerPeer { get; init; } = 128;
}
