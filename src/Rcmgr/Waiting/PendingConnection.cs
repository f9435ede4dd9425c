using System.Net;

namespace Rcmgr;

/// <summary>
/// A connection that may be tried several times. Its address is asked once, so that waiting takes no tokens of its rate, and keeps its
/// slot meanwhile. For one thread at a time.
/// </summary>
internal sealed class PendingConnection(ResourceManager manager, Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress)
{
    private AddressSlot? _slot;

    /// <summary>Asks the address: before the connection is tried, or waits, for the first time.</summary>
    public bool TryAdmit(out Refusal refusal)
    {
        refusal = default;
        return manager.AddressGate is not { } admission || manager.TryAdmit(admission, direction, remoteAddress, out _slot, out refusal);
    }

    public ConnectionScope? Attempt(out Refusal refusal)
    {
        if (manager.AddressGate is not { } admission)
            return manager.Engine.TryOpenConnection(direction, usesFileDescriptor, remoteAddress, out refusal);
        ConnectionScope? connection =
            manager.OpenAdmitted(admission, direction, usesFileDescriptor, remoteAddress, _slot, returnsSlot: false, out refusal);
        if (connection is not null)
            _slot = null;
        return connection;
    }

    /// <summary>Gives the slot back.</summary>
    public void Abandon()
    {
        _slot?.Return();
        _slot = null;
    }
}
