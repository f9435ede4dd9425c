namespace Rcmgr.Tool.Bench.Manager;

/// <summary>What scopes cost on the managed heap: what is there after a collection, divided by how many there are.</summary>
internal static class ScopeSizing
{
    public static ScopeSizes Measure(Func<ResourceManager> create, int count)
    {
        double connection = Heap(create(), count, static (manager, _, _) => [manager.OpenConnection(Direction.Inbound, true)]);
        double stream = Heap(create(), count, static (manager, one, _) => [manager.OpenStream(one, Direction.Inbound)]);
        double peerAndConnection = Heap(create(), count, static (manager, _, peer) => [Connect(manager, peer)]);
        double all = Heap(create(), count, static (manager, _, peer) =>
        {
            ConnectionScope connection = Connect(manager, peer);
            StreamScope stream = manager.OpenStream(peer, Direction.Inbound);
            stream.SetProtocol("/benchmark/1.0.0");
            stream.SetService("benchmark");
            return [connection, stream];
        });
        return new ScopeSizes(connection, stream, peerAndConnection - connection, all);
    }

    /// <summary>The size of the one object that an operation hands out; for those that hand out none, of a word.</summary>
    public static double ObjectBytes(string operation)
    {
        ResourceManager manager = new(ResourceManagerLimits.Infinite);
        PeerKey peer = new("measured");
        using StreamScope stream = manager.OpenStream(peer, Direction.Inbound);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, true);
        return operation switch
        {
            "connection" => Allocated(() => manager.OpenConnection(Direction.Inbound, true).Dispose()),
            "stream" => Allocated(() => manager.OpenStream(peer, Direction.Inbound).Dispose()),
            "span" => Allocated(() => stream.BeginSpan().Dispose()),
            _ => IntPtr.Size,
        };
    }

    private static double Allocated(Action operation)
    {
        operation();
        long before = GC.GetAllocatedBytesForCurrentThread();
        operation();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static ConnectionScope Connect(ResourceManager manager, PeerKey peer)
    {
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, true);
        connection.SetPeer(peer);
        return connection;
    }

    private static double Heap(
        ResourceManager manager, int count, Func<ResourceManager, PeerKey, PeerKey, ResourceScope[]> open)
    {
        PeerKey one = new("one");
        using StreamScope keeper = manager.OpenStream(one, Direction.Inbound);
        PeerKey[] peers = [.. Enumerable.Range(0, count).Select(index => new PeerKey($"peer-{index}"))];
        ResourceScope[] held = new ResourceScope[2 * count];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int next = 0;
        foreach (PeerKey peer in peers)
        {
            foreach (ResourceScope scope in open(manager, one, peer))
                held[next++] = scope;
        }

        double bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(held);
        GC.KeepAlive(peers);
        GC.KeepAlive(manager);
        return bytes / count;
    }
}
