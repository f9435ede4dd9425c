using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Transports.Quic.MsQuic;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>An engine that this library can use, if the machine has what it needs.</summary>
/// <param name="Kind">Its name in the options.</param>
/// <param name="WhyNot">Why it cannot be used on this machine, as a sentence; null when it can.</param>
/// <param name="Create">Makes it, when it can be used.</param>
internal sealed record QuicEngineCandidate(QuicEngine Kind, Func<string?> WhyNot, Func<IQuicEngine> Create);

/// <summary>Chooses the engine of a host.</summary>
internal static class QuicEngines
{
    /// <summary>Every engine there is, the preferred one first.</summary>
    public static IReadOnlyList<QuicEngineCandidate> All(HostIdentity identity, QuicOptions options, TimeProvider time, ILogger logger) =>
    [
        new(QuicEngine.MsQuic, () => MsQuicLibrary.WhyNot, () => CreateMsQuic(identity, options, time, logger)),
        new(QuicEngine.Ngtcp2, () => Ngtcp2Library.WhyNot, () => new Ngtcp2Engine(identity, options, time, logger)),
    ];

    /// <summary>The first candidate that is asked for and can be used.</summary>
    /// <exception cref="QuicUnavailableException">None can; the message says of each what is missing.</exception>
    public static QuicEngineCandidate Choose(QuicEngine asked, IEnumerable<QuicEngineCandidate> candidates)
    {
        List<string> reasons = [];
        foreach (QuicEngineCandidate candidate in candidates.Where(candidate => asked is QuicEngine.Auto || candidate.Kind == asked))
        {
            if (candidate.WhyNot() is not { } reason)
                return candidate;
            reasons.Add(reason);
        }

        throw new QuicUnavailableException(string.Join(" Or: ", reasons));
    }

    private static MsQuicEngine CreateMsQuic(HostIdentity identity, QuicOptions options, TimeProvider time, ILogger logger) =>
        MsQuicLibrary.IsSupported
            ? new MsQuicEngine(identity, options, time, logger)
            : throw new QuicUnavailableException(MsQuicLibrary.Missing);
}
