using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports.Quic.MsQuic;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Tool.Bench;

/// <summary>What carries a connection that is measured.</summary>
/// <param name="Transport"><see cref="Tcp"/>, or the name of a QUIC engine.</param>
/// <param name="Security"><c>noise</c> or <c>tls</c>.</param>
internal sealed record BenchStack(string Transport, string Security)
{
    public const string Tcp = "tcp";

    public const string TlsSecurity = "tls";

    private const string Ngtcp2 = "ngtcp2";
    private const string MsQuic = "msquic";

    public static IReadOnlyList<string> TcpSecurities { get; } = ["noise", TlsSecurity];

    /// <summary>The QUIC engines, each with what says why it cannot be used on this machine, null when it can.</summary>
    public static IReadOnlyList<(string Name, Func<string?> WhyNot)> QuicEngines { get; } =
        [(Ngtcp2, () => Ngtcp2Library.WhyNot), (MsQuic, () => MsQuicLibrary.WhyNot)];

    public static IReadOnlyList<string> Transports { get; } = [Tcp, .. QuicEngines.Select(engine => engine.Name)];

    public bool IsQuic => Transport != Tcp;

    /// <summary>Where the listening end listens.</summary>
    public Multiaddress ListenAddress => Multiaddress.Parse(IsQuic ? "/ip4/127.0.0.1/udp/0/quic-v1" : "/ip4/127.0.0.1/tcp/0");

    /// <summary>The security protocol's identifier on the wire; QUIC negotiates none.</summary>
    public string SecurityProtocol => Security switch
    {
        "noise" => "/noise",
        TlsSecurity => "/tls/1.0.0",
        _ => throw new ArgumentException($"There is no security protocol {Security}."),
    };

    /// <summary>What a host makes QUIC connections with, if it makes any.</summary>
    public QuicEngine QuicEngine => Transport switch
    {
        Ngtcp2 => QuicEngine.Ngtcp2,
        MsQuic => QuicEngine.MsQuic,
        _ => QuicEngine.Auto,
    };

    public static BenchStack OverTcp(string security) => new(Tcp, security);

    public static BenchStack OverQuic(string engine) => new(engine, TlsSecurity);

    public override string ToString() => $"{Transport} {Security}";
}
