namespace Rcmgr;

/// <summary>What a scope holds at one instant (specification §7.5).</summary>
/// <param name="StreamsInbound">Streams opened by remote peers.</param>
/// <param name="StreamsOutbound">Streams opened by this host.</param>
/// <param name="ConnectionsInbound">Connections opened by remote peers.</param>
/// <param name="ConnectionsOutbound">Connections opened by this host.</param>
/// <param name="FileDescriptors">File descriptors.</param>
/// <param name="Memory">Bytes of memory.</param>
public readonly record struct ScopeUsage(
    long StreamsInbound,
    long StreamsOutbound,
    long ConnectionsInbound,
    long ConnectionsOutbound,
    long FileDescriptors,
    long Memory)
{
    /// <summary>Whether nothing at all is held.</summary>
    public bool IsZero => this == default;
}
