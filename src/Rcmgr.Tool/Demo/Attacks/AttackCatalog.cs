namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>The attacks that the demo knows, in the order in which it starts them.</summary>
internal static class AttackCatalog
{
    public static IReadOnlyList<AttackPhase> Phases { get; } =
    [
        new("one identity opens connections without end", [new ConnectionFlood("connections", oneIdentity: true, workers: 12)]),
        new("many identities open connections", [new ConnectionFlood("identities", oneIdentity: false, workers: 80)]),
        new("streams without end, and streams whose negotiation never ends",
        [
            new StreamFlood("streams", identities: 2, streamsAtOnce: 48),
            new SilentStreams("silent-streams", DemoProtocols.NegotiationHeader, identities: 2, streamsAtOnce: 48),
        ]),
        new("connections that say nothing, and negotiations that never end",
        [
            new HalfOpenConnections("half-open", ReadOnlyMemory<byte>.Empty, workers: 16),
            new HalfOpenConnections("unfinished", DemoProtocols.NegotiationHeader, workers: 16),
        ]),
        new("readers that never read", [new DeafReaders("deaf", identities: 2, streamsAtOnce: 24)]),
    ];

    public static IEnumerable<IAttack> Attacks => Phases.SelectMany(phase => phase.Attacks);
}

/// <summary>Attacks that run at the same time, each in its own process.</summary>
internal sealed record AttackPhase(string Title, IReadOnlyList<IAttack> Attacks);
