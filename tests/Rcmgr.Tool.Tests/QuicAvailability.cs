using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Tool.Tests;

/// <summary>Whether QUIC can be tested on this machine.</summary>
internal static class QuicAvailability
{
    /// <summary>Skips the running test, with the reason, when there is no QUIC engine.</summary>
    public static void Require() => Assert.SkipWhen(Ngtcp2Library.WhyNot is not null, $"QUIC is not available: {Ngtcp2Library.WhyNot}");
}
