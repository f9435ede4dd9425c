namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>Attacks that run at the same time, each in its own process.</summary>
/// <param name="Title">What goes on, for the reader.</param>
internal sealed record AttackPhase(string Title)
{
    /// <summary>Those on the node's address of TCP.</summary>
    public IReadOnlyList<IAttack> Tcp { get; init; } = [];

    /// <summary>Those on the node's address of QUIC.</summary>
    public IReadOnlyList<IAttack> Quic { get; init; } = [];

    /// <summary>Who comes in the middle of it; null for nobody.</summary>
    public HonestPart? Newcomer { get; init; }

    /// <summary>What is left of the phase without QUIC.</summary>
    public AttackPhase WithoutQuic() => this with { Quic = [], Newcomer = Newcomer?.Transport == DemoTransport.Quic ? null : Newcomer };
}
