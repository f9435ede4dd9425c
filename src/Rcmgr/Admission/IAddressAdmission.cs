using System.Net;

namespace Rcmgr;

/// <summary>Who asks the address of a connection before the scopes are asked.</summary>
internal interface IAddressAdmission
{
    /// <summary>Whether a connection that came in through the allowlisted scopes stops counting for its address.</summary>
    bool ForgetsAllowlisted { get; }

    /// <param name="direction">Who opens the connection.</param>
    /// <param name="remote">The remote address; null when the endpoint has none.</param>
    /// <param name="holdsSlot">Whether the end of the connection has to be told with <see cref="Return"/>.</param>
    /// <param name="refusal">Why the connection was refused.</param>
    bool TryAdmit(Direction direction, IPAddress? remote, out bool holdsSlot, out Refusal refusal);

    /// <summary>Tells the end of a connection for which <see cref="TryAdmit"/> asked to be told.</summary>
    void Return(Direction direction, IPAddress remote);

    /// <summary>Whether an address has to be proved first (specification §5.5).</summary>
    bool MustVerify(IPAddress remote);

    /// <summary>What <see cref="TryAdmit"/> would ask, in its order, as if nothing refused. Takes nothing.</summary>
    AddressOutlook Peek(Direction direction, IPAddress? remote);
}
