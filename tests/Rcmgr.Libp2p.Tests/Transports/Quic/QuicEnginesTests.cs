using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class QuicEnginesTests
{
    [Fact]
    public void By_default_the_platforms_own_engine_comes_first()
    {
        using HostIdentity identity = HostIdentity.Generate();

        Assert.Equal(
            [QuicEngine.MsQuic, QuicEngine.Ngtcp2],
            QuicEngines.All(identity, QuicOptions.Default, TimeProvider.System, NullLogger.Instance).Select(candidate => candidate.Kind));
    }

    [Theory]
    [InlineData(QuicEngine.Auto, true, true, QuicEngine.MsQuic)]
    [InlineData(QuicEngine.Auto, false, true, QuicEngine.Ngtcp2)]
    [InlineData(QuicEngine.Auto, true, false, QuicEngine.MsQuic)]
    [InlineData(QuicEngine.MsQuic, true, true, QuicEngine.MsQuic)]
    [InlineData(QuicEngine.Ngtcp2, true, true, QuicEngine.Ngtcp2)]
    public void The_first_engine_that_is_asked_for_and_present_is_chosen(QuicEngine asked, bool hasMsQuic, bool hasNgtcp2, QuicEngine chosen) =>
        Assert.Equal(chosen, QuicEngines.Choose(asked, Candidates(hasMsQuic, hasNgtcp2)).Kind);

    [Theory]
    [InlineData(QuicEngine.MsQuic, false, true, "QUIC is not available: no MsQuic.")]
    [InlineData(QuicEngine.Ngtcp2, true, false, "QUIC is not available: no Ngtcp2.")]
    [InlineData(QuicEngine.Auto, false, false, "QUIC is not available: no MsQuic. Or: no Ngtcp2.")]
    public void An_engine_that_is_missing_is_an_error_that_says_what_to_install(
        QuicEngine asked, bool hasMsQuic, bool hasNgtcp2, string message)
    {
        QuicUnavailableException missing = Assert.Throws<QuicUnavailableException>(
            () => QuicEngines.Choose(asked, Candidates(hasMsQuic, hasNgtcp2)));

        Assert.Equal(message, missing.Message);
    }

    [Fact]
    public void Nobody_asks_whether_an_engine_is_present_that_is_not_wanted()
    {
        QuicEngineCandidate unwanted = new(QuicEngine.MsQuic, () => throw new InvalidOperationException("asked"), NoEngine);

        Assert.Equal(QuicEngine.Ngtcp2, QuicEngines.Choose(QuicEngine.Ngtcp2, [unwanted, .. Candidates(true, true)]).Kind);
    }

    [Fact]
    public async Task A_host_without_quic_addresses_never_chooses_an_engine()
    {
        int chosen = 0;
        LazyQuicEngine engine = new(() =>
        {
            chosen++;
            throw new QuicUnavailableException("nothing.");
        });

        await Assert.ThrowsAsync<QuicUnavailableException>(
            async () => await engine.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), null!, TestContext.Current.CancellationToken));
        await engine.DisposeAsync();

        Assert.Equal(1, chosen);
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await engine.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), null!, TestContext.Current.CancellationToken));
    }

    private static QuicEngineCandidate[] Candidates(bool hasMsQuic, bool hasNgtcp2) =>
    [
        Candidate(QuicEngine.MsQuic, hasMsQuic),
        Candidate(QuicEngine.Ngtcp2, hasNgtcp2),
    ];

    private static QuicEngineCandidate Candidate(QuicEngine kind, bool isPresent) =>
        new(kind, () => isPresent ? null : $"no {kind}.", NoEngine);

    private static IQuicEngine NoEngine() => throw new InvalidOperationException("No engine is made here.");
}
