namespace Rcmgr.Tool.Soak;

/// <summary>What has to hold of a manager when everybody has given back everything.</summary>
internal static class SoakEnd
{
    private const int Roots = 4;

    /// <returns>What does not hold; null when all does.</returns>
    public static string? FindFault(ResourceManager manager, SoakLimits limits)
    {
        if (manager.AccountingFaults != 0)
            return $"{manager.AccountingFaults} releases of more than was held were counted; there was none";
        if (manager.FindLeaks() is { Scopes.Count: > 0 } leaks)
            return $"{leaks.Scopes.Count} scopes are told to be open, the first is {leaks.Scopes[0]}";
        if (manager.Admission is { HeldSubnets: > 0 } admission)
            return $"{admission.HeldSubnets} subnets hold connections";
        return FindRest(manager) ?? FindLingering(manager) ?? FindLostRoom(manager, limits) ?? FindRest(manager);
    }

    private static string? FindRest(ResourceManager manager)
    {
        IReadOnlyList<ScopeReport> scopes = manager.TakeSnapshot().Scopes;
        if (scopes.FirstOrDefault(scope => !scope.Use.IsZero) is { } holder)
            return $"{holder.Name} holds {holder.Use} in the end";
        return scopes.Count == Roots ? null : $"{scopes[^1].Name} is there in the end";
    }

    /// <summary>Each shard may remember a few scopes that ended.</summary>
    private static string? FindLingering(ResourceManager manager)
    {
        foreach (Shard shard in SoakPeers.Passing.Select(peer => ShardOf(manager, peer)).Distinct())
        {
            int peers = shard.Peers.All().Count();
            if (peers + shard.Protocols.Count + shard.Services.Count > 2 * LingerRing.Places)
                return $"a shard remembers {peers} peers, {shard.Protocols.Count} protocols and {shard.Services.Count} services that ended";
        }

        return null;
    }

    private static Shard ShardOf(ResourceManager manager, PeerKey peer)
    {
        using ScopeView view = manager.ViewPeer(peer);
        return view.Scope.Shard;
    }

    /// <summary>One thread gets exactly what the limits say: no shard has kept any credit for itself.</summary>
    private static string? FindLostRoom(ResourceManager manager, SoakLimits limits) =>
        FindLostStreams(manager, "peer", limits.Usual.PeerDefault.StreamsInbound, peers: 1, isNamed: false)
        ?? FindLostStreams(manager, "transient", limits.Usual.Transient.StreamsInbound, SoakPeers.Filling.Length, isNamed: false)
        ?? FindLostStreams(manager, "system", limits.StreamsInbound, SoakPeers.Filling.Length, isNamed: true)
        ?? FindLostMemory(manager.Transient, limits.Usual.Transient.Memory)
        ?? FindLostMemory(manager.System, limits.Memory);

    private static string? FindLostStreams(ResourceManager manager, string scope, long limit, int peers, bool isNamed)
    {
        List<StreamScope> opened = [];
        while (manager.TryOpenStream(SoakPeers.Filling[opened.Count % peers], Direction.Inbound, out StreamScope? stream, out _))
        {
            opened.Add(stream);
            if (isNamed)
                stream.SetProtocol(SoakLimits.Groups[0]);
        }

        foreach (StreamScope stream in opened)
            stream.Dispose();
        return opened.Count == limit ? null : $"{opened.Count} inbound streams fill the {scope} scope, which allows {limit}";
    }

    private static string? FindLostMemory(ResourceScope scope, long limit)
    {
        if (!scope.TryReserveMemory(limit, MemoryPriority.Always, out Refusal refusal))
            return $"there is not as much room as {scope} allows: {refusal}";
        bool isFull = !scope.TryReserveMemory(1, MemoryPriority.Always, out _);
        scope.ReleaseMemory(limit);
        return isFull ? null : $"{scope} has room for more than it allows";
    }
}
