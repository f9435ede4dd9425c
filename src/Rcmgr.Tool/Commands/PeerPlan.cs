namespace Rcmgr.Tool.Commands;

/// <summary>The smallest host whose scaled limits have room for what peers do, and those limits.</summary>
/// <param name="Model">What the peers do.</param>
/// <param name="ScaledMemory">The bytes of memory that the limits are based on.</param>
/// <param name="MemoryFor">What asks for so much memory; null when the base limits have room.</param>
/// <param name="ScaledFileDescriptors">The file descriptors that the limits are based on.</param>
/// <param name="ByHand">What no host has room for, because it does not grow: to be raised in a limits file.</param>
/// <param name="Limits">The limits of that host, with what must be raised by hand.</param>
internal sealed record PeerPlan(
    PeerModel Model, long ScaledMemory, PeerNeed? MemoryFor, long ScaledFileDescriptors, IReadOnlyList<PeerNeed> ByHand, ResourceManagerLimits Limits)
{
    private const long LeastGrowing = 129;

    /// <summary>The memory of the host: limits are based on an eighth. Base limits ask for no host, what is reserved does.</summary>
    public long Memory => Math.Max(ScaledMemory * 8, Model.Memory);

    /// <summary>The file descriptors that the process may open: limits are based on half, and there are at least as many as connections.</summary>
    public long FileDescriptors => Math.Max(ScaledFileDescriptors, Model.Connections) * 2;

    public static PeerPlan Solve(PeerModel model, ScalingLimits scaling)
    {
        PeerNeed[] needs = [.. model.Needs()];
        PeerNeed[] byHand = [.. needs.Where(need => !Grows(need, scaling))];
        PeerNeed[] growing = [.. needs.Except(byHand)];
        PeerNeed largest = growing.MaxBy(need => Mebibytes(need, scaling));
        long memory = Mebibytes(largest, scaling) << 20;
        long fileDescriptors = growing.Max(need => FileDescriptorsFor(need, scaling));
        ResourceManagerLimits limits = Raise(scaling.Scale(memory, fileDescriptors), byHand);
        return new PeerPlan(model, memory, memory == 0 ? null : largest, fileDescriptors, byHand, limits);
    }

    /// <summary>The limits with room for <paramref name="needs"/>, raised where there was none.</summary>
    public static ResourceManagerLimits Raise(ResourceManagerLimits limits, IEnumerable<PeerNeed> needs) =>
        ToPartial(needs.Where(need => limits[need.Kind][need.Field] < need.Amount)).Build(limits);

    /// <summary>The needs as a limits file.</summary>
    public static PartialResourceManagerLimits ToPartial(IEnumerable<PeerNeed> needs)
    {
        ILookup<ScopeKind, PeerNeed> byKind = needs.ToLookup(need => need.Kind);
        return new PartialResourceManagerLimits(
            kind => byKind[kind].Aggregate(PartialLimits.Empty, (limits, need) => limits.With(need.Field, LimitValue.Of(need.Amount))),
            _ => LimitMaps.None<PartialLimits>(),
            LimitMaps.NoPeers<PartialLimits>());
    }

    private static bool Grows(PeerNeed need, ScalingLimits scaling)
    {
        ScalingLimit limit = scaling[need.Kind];
        return limit.Base[need.Field] >= need.Amount
            || (need.Field == LimitField.FD ? limit.Increase.FileDescriptorFraction > 0 : limit.Increase[need.Field] > 0);
    }

    /// <summary>The least MiB of scaled memory with which the limit has room.</summary>
    private static long Mebibytes(PeerNeed need, ScalingLimits scaling)
    {
        long missing = need.Amount - scaling[need.Kind].Base[need.Field];
        if (missing <= 0 || need.Field == LimitField.FD)
            return 0;

        long increase = scaling[need.Kind].Increase[need.Field];
        return Math.Max(LeastGrowing, (long)((((Int128)missing * 1024) + increase - 1) / increase));
    }

    private static long FileDescriptorsFor(PeerNeed need, ScalingLimits scaling)
    {
        ScalingLimit limit = scaling[need.Kind];
        if (need.Field != LimitField.FD || limit.Base.FileDescriptors >= need.Amount)
            return 0;

        // The share is a binary fraction that is rounded down, so the quotient may be one too few.
        long count = (long)(need.Amount / limit.Increase.FileDescriptorFraction);
        while (limit.Scale(0, count).FileDescriptors < need.Amount)
            count++;
        return count;
    }
}
