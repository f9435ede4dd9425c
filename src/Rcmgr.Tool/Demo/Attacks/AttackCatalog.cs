namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>The attacks that the demo knows, in the order in which it starts them.</summary>
internal static class AttackCatalog
{
    private static readonly AttackPhase[] All =
    [
        new("one identity opens connections without end")
        {
            Tcp = [new ConnectionFlood("connections", oneIdentity: true, workers: 12)],
        },
        new("many identities open connections")
        {
            Tcp = [new ConnectionFlood("identities", oneIdentity: false, workers: 80)],
            Newcomer = HonestPart.Newcomer,
        },
        new("QUIC handshakes that never get beyond their first packet")
        {
            Quic = [new InitialFlood("quic-first-packets", ports: 200)],
            Newcomer = HonestPart.QuicNewcomer,
        },
        new("streams without end, and streams whose negotiation never ends")
        {
            Tcp =
            [
                new StreamFlood("streams", identities: 2, streamsAtOnce: 48),
                new SilentStreams("silent-streams", DemoProtocols.NegotiationHeader, identities: 2, streamsAtOnce: 48),
            ],
            Quic = [new StreamFlood("quic-streams", identities: 1, streamsAtOnce: 48)],
        },
        new("streams that are reset at once, and connections that say nothing")
        {
            Tcp =
            [
                new HalfOpenConnections("half-open", ReadOnlyMemory<byte>.Empty, workers: 16),
                new HalfOpenConnections("unfinished", DemoProtocols.NegotiationHeader, workers: 16),
                new RapidReset("resets", DemoProtocols.NegotiationHeader, identities: 1, streamsAtOnce: 4),
            ],
            Quic = [new RapidReset("quic-resets", DemoProtocols.NegotiationHeader, identities: 1, streamsAtOnce: 4)],
        },
        new("readers that never read")
        {
            Tcp = [new DeafReaders("deaf", identities: 2, streamsAtOnce: 24)],
            Quic = [new DeafReaders("quic-deaf", identities: 2, streamsAtOnce: 24)],
        },
    ];

    public static IEnumerable<IAttack> Attacks => All.SelectMany(phase => phase.Tcp.Concat(phase.Quic));

    /// <summary>What can be done to a node that listens on these transports.</summary>
    public static IReadOnlyList<AttackPhase> Phases(bool hasQuic) =>
        hasQuic ? All : [.. All.Select(phase => phase.WithoutQuic()).Where(phase => phase.Tcp.Count > 0)];
}
