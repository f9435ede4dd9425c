using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Transports.Quic.MsQuic;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Which QUIC engines can be tested on this machine.</summary>
internal static class QuicAvailability
{
    /// <summary>Every engine, whether it is present or not.</summary>
    public static QuicEngine[] Engines { get; } = [QuicEngine.Ngtcp2, QuicEngine.MsQuic];

    /// <summary>Skips the running test, with the reason, when the engine is not present.</summary>
    public static void Require(QuicEngine engine = QuicEngine.Ngtcp2)
    {
        string? whyNot = engine is QuicEngine.MsQuic ? MsQuicLibrary.WhyNot : Ngtcp2Library.WhyNot;
        Assert.SkipWhen(whyNot is not null, $"QUIC through {engine} is not available: {whyNot}");
    }
}
