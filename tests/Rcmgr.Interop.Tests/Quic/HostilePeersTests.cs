using Rcmgr.Libp2p.Identity;
using Rcmgr.Tool.Demo;
using Rcmgr.Tool.Demo.Attacks;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>The demo's attacks on QUIC, each against a host with the demo's limits.</summary>
public sealed class HostilePeersTests
{
    private static readonly ResourceManagerLimits Limits = LimitsJson.Read(DemoLimits.Json).Build(TestHost.DefaultLimits);

    public static TheoryData<string> Kinds =>
        [.. AttackCatalog.Phases(hasQuic: true).SelectMany(phase => phase.Quic).Select(attack => attack.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_attack_over_quic_stays_within_the_limits_harms_nobody_and_leaves_nothing(string kind)
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await QuicHosts.StartAsync(
            Limits, configure: options => options with { HandshakeTimeout = TimeSpan.FromSeconds(5) });
        await using TestHost honest = await QuicHosts.StartAsync();
        PeerId peer = await honest.Host.DialAsync(server.Address, ct);
        IAttack attack = AttackCatalog.Attacks.Single(attack => attack.Kind == kind);
        AttackCount count = new();
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ct);

        Task attacking = attack.RunAsync(server.Address, count, over.Token);
        for (int i = 0; i < 40; i++)
        {
            await honest.Host.PingAsync(peer, ct);
            Assert.All(server.Manager.TakeSnapshot().Scopes, WithinLimits);
            await Task.Delay(TimeSpan.FromMilliseconds(20), ct);
        }

        await Eventually.HoldsAsync(() => count.Attempts >= 48, () => $"only {count.Attempts} attempts were made");
        await over.CancelAsync();
        await attacking;
        TestContext.Current.TestOutputHelper?.WriteLine($"{count.Attempts} attempts, {count.Admitted} admitted");
        await honest.Host.PingAsync(peer, ct);
        await honest.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
    }

    private static void WithinLimits(ScopeReport scope)
    {
        Assert.InRange(scope.Use.ConnectionsInbound, 0, scope.Limits.ConnectionsInbound);
        Assert.InRange(scope.Use.StreamsInbound, 0, scope.Limits.StreamsInbound);
        Assert.InRange(scope.Use.Memory, 0, scope.Limits.Memory);
    }
}
