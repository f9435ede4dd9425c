using System.Numerics;

namespace Rcmgr.Tool.Conformance.Model;

/// <summary>The checks of specification §2.1 in unbounded integers, so that nothing can wrap.</summary>
internal static class ModelChecks
{
    /// <summary>Memory, streams, connections: what a transfer of a whole usage vector checks, in this order.</summary>
    public static IEnumerable<ModelOutcome> Transfer(ModelScope scope, long[] amounts) =>
        Memory(scope, amounts[ModelScope.Memory], byte.MaxValue)
            .Concat(Streams(scope, amounts[ModelScope.StreamsIn], amounts[ModelScope.StreamsOut]))
            .Concat(Connections(
                scope, amounts[ModelScope.ConnectionsIn], amounts[ModelScope.ConnectionsOut], amounts[ModelScope.FileDescriptors]));

    public static IEnumerable<ModelOutcome> Memory(ModelScope scope, long size, byte priority)
    {
        long limit = scope.Limits.Memory;
        long use = scope.Use[ModelScope.Memory];
        bool isUnlimited = limit == long.MaxValue;
        BigInteger threshold = isUnlimited ? limit : (BigInteger)limit * (1 + priority) >> 8;
        if ((BigInteger)use + size > threshold)
            yield return new("resource_limit_exceeded", scope.Name, "Memory", $"{use}, {size}, {limit}, {priority}") { IsWrap = isUnlimited };
    }

    public static IEnumerable<ModelOutcome> Streams(ModelScope scope, long inbound, long outbound)
    {
        ResourceLimits limits = scope.Limits;
        long useIn = scope.Use[ModelScope.StreamsIn];
        long useOut = scope.Use[ModelScope.StreamsOut];
        if (inbound > 0 && useIn + inbound > limits.StreamsInbound)
            yield return Count(scope, "StreamsInbound", useIn, inbound, limits.StreamsInbound);
        if (outbound > 0 && useOut + outbound > limits.StreamsOutbound)
            yield return Count(scope, "StreamsOutbound", useOut, outbound, limits.StreamsOutbound);
        if (useIn + inbound + useOut + outbound > limits.Streams)
            yield return Count(scope, "Streams", useIn + useOut, inbound + outbound, limits.Streams);
    }

    public static IEnumerable<ModelOutcome> Connections(ModelScope scope, long inbound, long outbound, long descriptors)
    {
        ResourceLimits limits = scope.Limits;
        long useIn = scope.Use[ModelScope.ConnectionsIn];
        long useOut = scope.Use[ModelScope.ConnectionsOut];
        long useDescriptors = scope.Use[ModelScope.FileDescriptors];
        if (inbound > 0 && useIn + inbound > limits.ConnectionsInbound)
            yield return Count(scope, "ConnsInbound", useIn, inbound, limits.ConnectionsInbound);
        if (outbound > 0 && useOut + outbound > limits.ConnectionsOutbound)
            yield return Count(scope, "ConnsOutbound", useOut, outbound, limits.ConnectionsOutbound);
        if (useIn + inbound + useOut + outbound > limits.Connections)
            yield return Count(scope, "Conns", useIn + useOut, inbound + outbound, limits.Connections);
        if (descriptors > 0 && useDescriptors + descriptors > limits.FileDescriptors)
            yield return Count(scope, "FD", useDescriptors, descriptors, limits.FileDescriptors);
    }

    /// <summary>The first refusal for a limit that somebody set or for a closed scope, else the first of a counter that would wrap, else success.</summary>
    public static ModelOutcome Decide(IEnumerable<ModelOutcome> refusals)
    {
        ModelOutcome? wrap = null;
        foreach (ModelOutcome refusal in refusals)
        {
            if (!refusal.IsWrap)
                return refusal;
            wrap ??= refusal;
        }

        return wrap ?? ModelOutcome.Ok;
    }

    private static ModelOutcome Count(ModelScope scope, string name, long current, long attempted, long limit) =>
        new("resource_limit_exceeded", scope.Name, name, $"{current}, {attempted}, {limit}");
}
