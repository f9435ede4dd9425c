using System.Net;

namespace Rcmgr;

/// <summary>Who asks the address of a connection before the scopes are asked.</summary>
internal interface IAddressAdmission
{
    /// <summary>Whether a connection that came in through the allowlisted scopes stops counting for its address.</summary>
    bool ForgetsAllowlisted { get; }

    /// <param name="direction">Who opens the connection.</param>
    /// <param name="remote">The remote address; null when the endpoint has none.</param>
    /// <param name="slot">What the connection gives back at its end; null for nothing.</param>
    /// <param name="refusal">Why the connection was refused.</param>
    bool TryAdmit(Direction direction, IPAddress? remote, out AddressSlot? slot, out Refusal refusal);

    /// <summary>Whether an address has to be proved first (specification §5.5).</summary>
    bool MustVerify(IPAddress remote);

    /// <summary>What <see cref="TryAdmit"/> would ask, in its order, as if nothing refused. Takes nothing.</summary>
    AddressOutlook Peek(Direction direction, IPAddress? remote);
}
