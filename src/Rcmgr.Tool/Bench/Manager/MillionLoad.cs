namespace Rcmgr.Tool.Bench.Manager;

/// <summary>A million peers, each with a connection and a stream.</summary>
internal sealed class MillionLoad : IDisposable
{
    private const int Count = 1_000_000;
    private const double Megabyte = 1e6;

    private readonly IDisposable[] _scopes;

    private MillionLoad(ResourceManager manager, IDisposable[] scopes, double megabytes, double megabytesWithKeys)
    {
        Manager = manager;
        _scopes = scopes;
        Megabytes = megabytes;
        MegabytesWithKeys = megabytesWithKeys;
    }

    public ResourceManager Manager { get; }

    public double Megabytes { get; }

    public double MegabytesWithKeys { get; }

    public static MillionLoad Create(ResourceManager manager)
    {
        IDisposable[] scopes = new IDisposable[2 * Count];
        PeerKey[] peers = new PeerKey[Count];
        long empty = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Count; i++)
            peers[i] = new PeerKey($"12D3KooW{i,44:D44}");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Count; i++)
        {
            ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
            connection.SetPeer(peers[i]);
            scopes[i] = connection;
            scopes[Count + i] = manager.OpenStream(peers[i], Direction.Inbound);
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(peers);
        return new MillionLoad(manager, scopes, (after - before) / Megabyte, (after - empty) / Megabyte);
    }

    public void Dispose()
    {
        foreach (IDisposable scope in _scopes)
            scope.Dispose();
    }
}
