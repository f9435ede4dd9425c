using System.Buffers.Binary;
using System.Security.Cryptography;
using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Noise streams after a handshake that never was: the keys are simply known.</summary>
internal static class NoiseStreams
{
    private static readonly byte[] KeyAB = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);
    private static readonly byte[] KeyBA = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);

    /// <summary>Two streams that are connected to each other and rent from <paramref name="pool"/>.</summary>
    public static (NoiseStream A, NoiseStream B) CreatePair(CountingPool pool)
    {
        var (a, b) = DuplexEnd.CreatePair();
        return (Create(a, KeyAB, KeyBA, pool), Create(b, KeyBA, KeyAB, pool));
    }

    /// <summary>A stream over <paramref name="raw"/>.</summary>
    public static NoiseStream Create(Stream raw, CountingPool pool) => Create(raw, KeyAB, KeyBA, pool);

    /// <summary>A stream, the connection to send it anything, and the cipher to make its frames with.</summary>
    public static (DuplexEnd Raw, NoiseCipher Sender, NoiseStream Stream) CreateReader(CountingPool pool)
    {
        var (a, b) = DuplexEnd.CreatePair();
        return (a, new NoiseCipher(KeyAB), Create(b, KeyBA, KeyAB, pool));
    }

    public static byte[] Frame(NoiseCipher sender, byte[] plaintext)
    {
        byte[] frame = new byte[NoiseFrame.OverheadBytes + plaintext.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(plaintext.Length + NoiseCipher.TagBytes));
        sender.Encrypt(default, plaintext, frame.AsSpan(2));
        return frame;
    }

    private static NoiseStream Create(Stream raw, byte[] sendKey, byte[] receiveKey, CountingPool pool) =>
        new(raw, new NoiseCipher(sendKey), new NoiseCipher(receiveKey), pool);
}
