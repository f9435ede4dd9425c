using System.Net;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class SocketAddressesTests
{
    [Theory]
    [InlineData("192.0.2.7:4001")]
    [InlineData("[2001:db8::7]:4001")]
    public void An_end_point_is_read_as_it_was_written(string text)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(text);
        byte[] address = new byte[SocketAddresses.MaxBytes];

        int length = SocketAddresses.Write(endPoint, address);

        Assert.Equal(endPoint, SocketAddresses.Read(address.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("[2001:db8::7]:4001", "[::]:4001")]
    public void Control_data_names_the_address_a_datagram_was_sent_to(string source, string bound)
    {
        byte[] from = new byte[SocketAddresses.MaxBytes];
        byte[] local = new byte[SocketAddresses.MaxBytes];
        SocketAddresses.Write(IPEndPoint.Parse(source), from);
        int length = SocketAddresses.Write(IPEndPoint.Parse(bound), local);
        byte[] control = new byte[SocketAddresses.MaxSourceBytes];
        int written = SocketAddresses.WriteSource(from, control);

        int joined = SocketAddresses.Take(control.AsSpan(0, written), local);
        Assert.Equal(0, joined);

        Assert.Equal(IPEndPoint.Parse(source), SocketAddresses.Read(local.AsSpan(0, length)));
    }

    [Fact]
    public void Random_control_data_never_fails()
    {
        Random random = new(7);
        byte[] local = new byte[SocketAddresses.MaxBytes];
        for (int i = 0; i < 10_000; i++)
        {
            byte[] control = new byte[random.Next(64)];
            random.NextBytes(control);
            SocketAddresses.Take(control, local);
        }
    }

    [Fact]
    public void Control_data_names_the_size_of_datagrams_that_were_joined_and_the_address_they_were_sent_to()
    {
        byte[] from = new byte[SocketAddresses.MaxBytes];
        byte[] local = new byte[SocketAddresses.MaxBytes];
        SocketAddresses.Write(IPEndPoint.Parse("192.0.2.7:4001"), from);
        int length = SocketAddresses.Write(IPEndPoint.Parse("0.0.0.0:4001"), local);
        byte[] control = new byte[24 + SocketAddresses.MaxSourceBytes];
        SocketAddresses.WriteHeader(control, 16 + sizeof(int), SocketAddresses.UdpLevel, SocketAddresses.UdpJoining);
        BitConverter.TryWriteBytes(control.AsSpan(16), 1452);
        from.AsSpan(4, 4).CopyTo(control.AsSpan(24 + 24));
        SocketAddresses.WriteHeader(control.AsSpan(24), 16 + 12, SocketAddresses.IpLevel, SocketAddresses.IpPacketInfo);

        int joined = SocketAddresses.Take(control.AsSpan(0, 24 + 32), local);

        Assert.Equal(1452, joined);
        Assert.Equal("192.0.2.7:4001", SocketAddresses.Read(local.AsSpan(0, length))?.ToString());
    }

    [Theory]
    [InlineData("192.0.2.7:1", "192.0.2.7:2", true)]
    [InlineData("192.0.2.7:1", "192.0.2.8:1", false)]
    [InlineData("[2001:db8::7]:1", "[2001:db8::7]:2", true)]
    [InlineData("[2001:db8::7]:1", "[2001:db8::8]:1", false)]
    [InlineData("[fe80::7%1]:1", "[fe80::7%2]:1", false)]
    public void A_host_is_the_same_whatever_its_port(string one, string other, bool isSame)
    {
        byte[] first = new byte[SocketAddresses.MaxBytes];
        byte[] second = new byte[SocketAddresses.MaxBytes];
        SocketAddresses.Write(IPEndPoint.Parse(one), first);
        SocketAddresses.Write(IPEndPoint.Parse(other), second);

        Assert.Equal(isSame, SocketAddresses.HostOf(first).SequenceEqual(SocketAddresses.HostOf(second)));
    }

    [Fact]
    public void A_limiter_gives_so_many_at_once_and_so_many_each_second()
    {
        ReplyLimiter limiter = new(10);
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => limiter.TryTake(1_000_000_000)));
        Assert.Equal(5, Enumerable.Range(0, 50).Count(_ => limiter.TryTake(1_500_000_000)));
    }
}
