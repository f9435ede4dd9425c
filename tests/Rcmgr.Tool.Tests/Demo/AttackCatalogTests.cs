using Rcmgr.Tool.Demo;
using Rcmgr.Tool.Demo.Attacks;

namespace Rcmgr.Tool.Tests.Demo;

public sealed class AttackCatalogTests
{
    [Fact]
    public void Every_attack_has_a_word_of_its_own() =>
        Assert.Distinct(AttackCatalog.Attacks.Select(attack => attack.Kind));

    [Fact]
    public void Quic_is_attacked_with_first_packets_streams_resets_and_unread_data()
    {
        IEnumerable<IAttack> quic = AttackCatalog.Phases(hasQuic: true).SelectMany(phase => phase.Quic);

        Assert.Equal([typeof(InitialFlood), typeof(StreamFlood), typeof(RapidReset), typeof(DeafReaders)], quic.Select(attack => attack.GetType()));
    }

    [Fact]
    public void Without_quic_nothing_of_it_is_left_and_no_phase_is_empty()
    {
        IReadOnlyList<AttackPhase> phases = AttackCatalog.Phases(hasQuic: false);

        Assert.All(phases, phase => Assert.Empty(phase.Quic));
        Assert.All(phases, phase => Assert.NotEmpty(phase.Tcp));
        Assert.Equal([HonestPart.Newcomer], phases.Select(phase => phase.Newcomer).OfType<HonestPart>());
    }
}
