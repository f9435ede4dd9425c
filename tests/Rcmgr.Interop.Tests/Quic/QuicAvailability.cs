using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Whether QUIC can be tested on this machine.</summary>
internal static class QuicAvailability
{
    /// <summary>Skips the running test, with the reason, when there is no QUIC engine.</summary>
    public static void Require() => Assert.SkipWhen(WhyNot is not null, $"QUIC is not available: {WhyNot}");

    private static string? WhyNot
    {
        get
        {
            string? told = Environment.GetEnvironmentVariable("RCMGR_NGTCP2_UNAVAILABLE");
            return string.IsNullOrEmpty(told) ? Ngtcp2Library.WhyNot : told;
        }
    }
}
