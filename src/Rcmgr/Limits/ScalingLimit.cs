namespace Rcmgr;

/// <summary>Limits of one scope that grow with the host (specification §4.4). Immutable.</summary>
/// <param name="Base">The limits of the smallest host.</param>
/// <param name="Increase">What is added with the size of the host.</param>
public sealed record ScalingLimit(ResourceLimits Base, LimitIncrease Increase)
{
    // Up to here the base limits stand; above it all memory counts, not only what lies above.
    private const long BaseMemory = 128L << 20;

    /// <summary>The limits for a share of a host.</summary>
    /// <param name="memory">Bytes of memory that the limits may be based on.</param>
    /// <param name="fileDescriptors">File descriptors that the limits may be based on.</param>
    /// <remarks>
    /// Products are exact; a sum that does not fit becomes <see cref="ResourceLimits.Unlimited"/>. The limit on file
    /// descriptors never goes below the base and so can exceed <paramref name="fileDescriptors"/>.
    /// </remarks>
    public ResourceLimits Scale(long memory, long fileDescriptors)
    {
        long mebibytes = Mebibytes(memory);
        return ResourceLimits.From(field => field == LimitField.FD
            ? ScaleFileDescriptors(fileDescriptors)
            : Grow(Base[field], Increase[field], mebibytes));
    }

    /// <summary>The whole MiB that increases are multiplied with.</summary>
    internal static long Mebibytes(long memory) => memory <= BaseMemory ? 0 : memory >> 20;

    private static long Grow(long baseLimit, long increasePerGibibyte, long mebibytes)
    {
        Int128 sum = baseLimit + (((Int128)increasePerGibibyte * mebibytes) >> 10);
        return (long)Int128.Clamp(sum, long.MinValue, long.MaxValue);
    }

    private long ScaleFileDescriptors(long fileDescriptors)
    {
        if (!(Increase.FileDescriptorFraction > 0) || fileDescriptors <= 0)
            return Base.FileDescriptors;

        // The conversion truncates toward zero and saturates.
        return Math.Max((long)(Increase.FileDescriptorFraction * fileDescriptors), Base.FileDescriptors);
    }
}
