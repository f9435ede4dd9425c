using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>Pays for the receive windows of a session's streams (specification §8.3). Safe for use from many threads.</summary>
internal interface IStreamBudget
{
    /// <summary>Reserves one initial window, or says no.</summary>
    bool TryBegin([NotNullWhen(true)] out IWindowReservation? reservation);

    /// <summary>Reserves one initial window.</summary>
    /// <exception cref="Exception">The budget's own refusal, which reaches the opener of the stream unchanged.</exception>
    IWindowReservation Begin();
}

/// <summary>The memory held for one stream's receive window; disposing gives all of it back.</summary>
internal interface IWindowReservation : IDisposable
{
    /// <summary>Adds <paramref name="bytes"/> to the reservation, or changes nothing.</summary>
    bool TryGrow(long bytes);
}
