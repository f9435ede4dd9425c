namespace Rcmgr;

/// <summary>Limits together with what they were derived from, so that a host can say why it has them. Immutable.</summary>
/// <param name="Limits">The limits.</param>
/// <param name="Capacity">The host's totals.</param>
/// <param name="ScaledMemory">The bytes of memory that the limits are based on: an eighth of the total.</param>
/// <param name="ScaledFileDescriptors">The file descriptors that the limits are based on: half of the total.</param>
public sealed record AutoScaledLimits(
    ResourceManagerLimits Limits, HostCapacity Capacity, long ScaledMemory, long ScaledFileDescriptors);
