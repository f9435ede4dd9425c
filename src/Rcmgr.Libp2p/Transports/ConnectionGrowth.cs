using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Security;

namespace Rcmgr.Libp2p.Transports;

/// <summary>
/// Pays on a connection's scope for larger buffers of its muxer and its security layer, at the priority of what one can do without
/// (specification §2.2): refused, the connection goes on with the buffers that it has.
/// </summary>
internal static class ConnectionGrowth
{
    public static SessionGrowth Create(ConnectionScope scope, Stream channel)
    {
        IGrowingStream? security = channel as IGrowingStream;
        return new SessionGrowth(
            new BufferGrowth(() => TryGrow(scope, YamuxOptions.SendGrowthBytes + (security?.SendGrowthBytes ?? 0), security is null ? null : security.GrowSending)),
            new BufferGrowth(() => TryGrow(scope, YamuxOptions.ReceiveGrowthBytes + (security?.ReceiveGrowthBytes ?? 0), security is null ? null : security.GrowReceiving)));
    }

    private static bool TryGrow(ConnectionScope scope, long bytes, Action? grow)
    {
        if (!scope.TryReserveMemory(bytes, MemoryPriority.WindowGrowth, out _))
            return false;
        grow?.Invoke();
        return true;
    }
}
