using System.CommandLine;
using System.CommandLine.Parsing;
using Rcmgr.Libp2p;

namespace Rcmgr.Tool.Commands;

/// <summary>The option of every command that starts hosts: what they make and accept QUIC connections with.</summary>
internal static class QuicEngineOption
{
    private const string Auto = "auto";
    private const string MsQuic = "msquic";
    private const string Ngtcp2 = "ngtcp2";

    public static Option<QuicEngine> Create() => new("--quic-engine")
    {
        Description = "What QUIC runs on: System.Net.Quic, which needs libmsquic, or the distribution's ngtcp2; "
            + "by default the first of them that is there.",
        HelpName = $"{Auto}|{MsQuic}|{Ngtcp2}",
        CustomParser = Parse,
    };

    private static QuicEngine Parse(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        switch (text)
        {
            case Auto:
                return QuicEngine.Auto;
            case MsQuic:
                return QuicEngine.MsQuic;
            case Ngtcp2:
                return QuicEngine.Ngtcp2;
            default:
                argument.AddError($"'{text}' is no QUIC engine: there are {Auto}, {MsQuic} and {Ngtcp2}.");
                return default;
        }
    }
}
