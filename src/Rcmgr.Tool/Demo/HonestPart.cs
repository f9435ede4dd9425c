namespace Rcmgr.Tool.Demo;

/// <summary>What a peer of the demo connects over.</summary>
internal enum DemoTransport
{
    Tcp,
    Quic,
}

/// <summary>The part of one honest peer in the demo.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Transport">What it connects over.</param>
/// <param name="IsJudged">Whether the node must let it in and lose nothing of it; what becomes of others is only told.</param>
internal sealed record HonestPart(string Name, DemoTransport Transport, bool IsJudged)
{
    /// <summary>Connects before the attacks.</summary>
    public static HonestPart Veteran { get; } = new("honest peer over TCP", DemoTransport.Tcp, IsJudged: true);

    /// <summary>Connects before the attacks.</summary>
    public static HonestPart QuicVeteran { get; } = new("honest peer over QUIC", DemoTransport.Quic, IsJudged: true);

    /// <summary>Comes when every place is taken by peers who have proved who they are, and may be kept out by them.</summary>
    public static HonestPart Newcomer { get; } = new("newcomer over TCP", DemoTransport.Tcp, IsJudged: false);

    /// <summary>Comes when the places of handshakes are wanted by addresses that prove nothing, which must not keep it out.</summary>
    public static HonestPart QuicNewcomer { get; } = new("newcomer over QUIC", DemoTransport.Quic, IsJudged: true);

    /// <summary>The order in which they are shown.</summary>
    public static IReadOnlyList<HonestPart> All { get; } = [Veteran, QuicVeteran, Newcomer, QuicNewcomer];
}
