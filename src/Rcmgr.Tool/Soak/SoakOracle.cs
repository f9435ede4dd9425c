namespace Rcmgr.Tool.Soak;

/// <summary>What is in use under two limits of the system scope, counted outside the manager.</summary>
internal sealed class SoakOracle(SoakLimits limits, int threads)
{
    /// <summary>All streams that remotes open.</summary>
    public Ceiling StreamsInbound { get; } = new(limits.StreamsInbound, threads);

    /// <summary>A part of the memory: what the threads reserve on scopes of their own.</summary>
    public Ceiling Memory { get; } = new(limits.Memory, threads);
}
