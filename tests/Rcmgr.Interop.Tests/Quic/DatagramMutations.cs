namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Datagrams that no honest sender sends.</summary>
internal static class DatagramMutations
{
    /// <summary>A copy with bytes changed, cut, or put in front.</summary>
    public static byte[] Mutate(byte[] datagram, Random random)
    {
        byte[] copy = [.. datagram];
        switch (random.Next(5))
        {
            case 0:
                return copy[..random.Next(copy.Length + 1)];
            case 1:
                return [.. copy, .. Noise(random, random.Next(64))];
            case 2:
                copy[0] = (byte)random.Next(256);
                return copy;
            default:
                for (int changes = random.Next(1, 6); changes > 0; changes--)
                    copy[random.Next(Math.Min(copy.Length, random.Next(2) == 0 ? 40 : copy.Length))] ^= (byte)random.Next(1, 256);
                return copy;
        }
    }

    /// <summary>A datagram out of nothing: empty, noise, or one that starts as a QUIC packet of some form does.</summary>
    public static byte[] Invent(Random random)
    {
        int length = random.Next(8) switch
        {
            0 => 0,
            1 => random.Next(1, 8),
            2 => random.Next(1, 64),
            3 or 4 => random.Next(1200, 1473),
            _ => random.Next(1, 1473),
        };
        byte[] datagram = Noise(random, length);
        if (length < 7 || random.Next(4) == 0)
            return datagram;
        if (random.Next(2) == 0)
        {
            datagram[0] = (byte)(0x40 | random.Next(0x40));
            return datagram;
        }

        datagram[0] = (byte)(0xc0 | random.Next(0x40));
        uint version = random.Next(4) switch { 0 => 0, 1 => 2, 2 => 0x6b3343cf, _ => 1 };
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(1), version);
        datagram[5] = (byte)(random.Next(3) == 0 ? random.Next(256) : random.Next(21));
        int second = 6 + datagram[5];
        if (second < length && random.Next(3) != 0)
            datagram[second] = (byte)random.Next(21);
        return datagram;
    }

    private static byte[] Noise(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
