using System.Text.Json;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Tests.Identity;

/// <summary>The key pairs published with the libp2p peer-id specification.</summary>
internal static class KeyVectors
{
    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "peer-id-keys.json"))).RootElement;

    public static byte[] PublicKey(KeyType type) => Read(type, "public");

    /// <summary>The private key in its type's own encoding, without the protobuf around it.</summary>
    public static byte[] PrivateKeyData(KeyType type)
    {
        byte[] protobuf = Read(type, "private");
        return Libp2p.Identity.Messages.PrivateKeyMessage.Parser.ParseFrom(protobuf).Data.ToByteArray();
    }

    public static PublicKey Parse(KeyType type)
    {
        Assert.True(Libp2p.Identity.PublicKey.TryParse(PublicKey(type), out var key, out string? error), error);
        return key;
    }

    private static byte[] Read(KeyType type, string half)
    {
        string name = type.ToString();
        var pair = Root.EnumerateObject().Single(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return Convert.FromHexString(pair.GetProperty(half).GetString()!);
    }
}
