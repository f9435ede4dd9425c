namespace Rcmgr.Interop.Tests.Js;

/// <summary>Every security protocol with every kind of key a js-libp2p peer can have, and the text its peer id starts with.</summary>
internal static class JsCombinations
{
    public const int Streams = 8;

    public const int BytesPerStream = 10 * 1024 * 1024 / Streams;

    public static TheoryData<string, string, string> All { get; } = Combine();

    private static TheoryData<string, string, string> Combine()
    {
        TheoryData<string, string, string> all = [];
        foreach (string security in new[] { "noise", "tls" })
        {
            all.Add(security, "ed25519", "12D3KooW");
            all.Add(security, "secp256k1", "16Uiu2H");
            all.Add(security, "rsa", "Qm");
        }

        return all;
    }
}
