namespace Rcmgr.Tool.Demo;

/// <summary>The protocols that the demo's peers use.</summary>
internal static class DemoProtocols
{
    public const string Echo = "/echo/1.0.0";
    public const string Ping = "/ipfs/ping/1.0.0";

    /// <summary>The header message of multistream-select, after which the hostile peers fall silent.</summary>
    public static ReadOnlyMemory<byte> NegotiationHeader { get; } = "\u0013/multistream/1.0.0\n"u8.ToArray();
}
