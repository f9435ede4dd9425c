namespace Rcmgr.Benchmarks;

/// <summary>The managers that are measured.</summary>
internal static class Managers
{
    private const long Memory = 8L << 30;
    private const int FileDescriptors = 64 * 1024;

    public static PeerKey Peer { get; } = new("12D3KooWBenchmarkedPeer");

    /// <summary>The default limits of a host of 64 GiB: the same on every machine.</summary>
    public static ResourceManager CreateDefault() => new(ScalingLimits.DefaultWithServices.Scale(Memory, FileDescriptors));

    /// <summary>As the default, but the peer may have no stream at all.</summary>
    public static ResourceManager CreateRefusing()
    {
        ResourceManagerLimits limits = ScalingLimits.DefaultWithServices.Scale(Memory, FileDescriptors);
        return new ResourceManager(limits with { PeerDefault = limits.PeerDefault with { Streams = 0, StreamsInbound = 0, StreamsOutbound = 0 } });
    }
}
