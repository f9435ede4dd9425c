using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class DatagramHeaderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    public void A_short_header_without_a_whole_id_is_nothing(int length)
    {
        byte[] datagram = new byte[length];
        if (length > 0)
            datagram[0] = 0x40;

        Assert.False(DatagramHeader.TryRead(datagram, out _));
    }

    [Fact]
    public void A_short_header_has_an_id_of_our_length()
    {
        byte[] datagram = [0x40, .. Enumerable.Range(1, 20).Select(value => (byte)value)];

        Assert.True(DatagramHeader.TryRead(datagram, out DatagramHeader header));
        Assert.False(header.IsLong);
        Assert.False(header.IsInitial);
        Assert.Equal(datagram[1..17], header.DestinationId.ToArray());
    }

    [Fact]
    public void A_full_first_packet_is_an_initial()
    {
        byte[] datagram = Initial(idLength: 8, size: 1200);

        Assert.True(DatagramHeader.TryRead(datagram, out DatagramHeader header));
        Assert.True(header.IsInitial);
        Assert.Equal(8, header.DestinationId.Length);
        Assert.Equal(2, header.SourceId.Length);
    }

    [Theory]
    [InlineData(7, 1200)]
    [InlineData(8, 1199)]
    public void A_first_packet_with_a_short_id_or_in_a_small_datagram_is_none(int idLength, int size)
    {
        Assert.True(DatagramHeader.TryRead(Initial(idLength, size), out DatagramHeader header));
        Assert.False(header.IsInitial);
    }

    [Fact]
    public void Ids_that_are_too_long_or_cut_are_nothing()
    {
        Assert.False(DatagramHeader.TryRead(Initial(idLength: 21, size: 1200), out _));
        byte[] whole = Initial(idLength: 8, size: 17);
        Assert.True(DatagramHeader.TryRead(whole, out _));
        for (int length = 0; length < whole.Length; length++)
            Assert.False(DatagramHeader.TryRead(whole.AsSpan(0, length), out _));
    }

    [Fact]
    public void The_handshake_part_of_a_datagram_ends_before_the_first_packet_with_a_short_header()
    {
        byte[] initial = [0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 2, 9, 9, 3, 7, 7, 7, 0x40, 5, 0, 0, 0, 0, 0];
        byte[] handshake = [0xe3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 2, 9, 9, 4, 0, 0, 0, 0];
        byte[] later = [0x43, .. new byte[40]];

        Assert.Equal(0, DatagramHeader.HandshakeLength(later));
        Assert.Equal(initial.Length, DatagramHeader.HandshakeLength(initial));
        Assert.Equal(initial.Length + handshake.Length, DatagramHeader.HandshakeLength([.. initial, .. handshake, .. later]));
        Assert.Equal(initial.Length, DatagramHeader.HandshakeLength([.. initial, .. handshake[..^1]]));
    }

    [Theory]
    [InlineData(0u, 0xc0, 30)]
    [InlineData(1u, 0xf0, 30)]
    [InlineData(0x6b3343cfu, 0xc0, 0)]
    public void Offers_of_versions_and_retries_are_all_of_their_datagram_and_other_versions_are_nothing(uint version, byte first, int length)
    {
        byte[] datagram = new byte[30];
        datagram[0] = first;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(1), version);

        Assert.Equal(length, DatagramHeader.HandshakeLength(datagram));
    }

    [Fact]
    public void Random_bytes_never_fail()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] datagram = new byte[random.Next(60)];
            random.NextBytes(datagram);
            if (random.Next(2) == 0 && datagram.Length > 6)
                new byte[] { (byte)(0xc0 | random.Next(0x40)), 0, 0, 0, 1, (byte)random.Next(21) }.CopyTo(datagram, 0);
            Assert.InRange(DatagramHeader.HandshakeLength(datagram), 0, datagram.Length);
            if (DatagramHeader.TryRead(datagram, out DatagramHeader header))
                Assert.True(header.DestinationId.Length + header.SourceId.Length < datagram.Length, $"seed {seed}");
        }
    }

    /// <summary>A long header of version 1 with ids of <paramref name="idLength"/> and two bytes, and noughts up to the size.</summary>
    private static byte[] Initial(int idLength, int size)
    {
        byte[] header = [0xc0, 0, 0, 0, 1, (byte)idLength, .. new byte[idLength], 2, 0, 0];
        return [.. header, .. new byte[Math.Max(0, size - header.Length)]];
    }
}
