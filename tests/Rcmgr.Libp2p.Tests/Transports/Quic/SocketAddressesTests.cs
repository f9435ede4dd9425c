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

        SocketAddresses.TakeDestination(control.AsSpan(0, written), local);

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
            SocketAddresses.TakeDestination(control, local);
        }
    }

    [Fact]
    public void A_limiter_gives_so_many_at_once_and_so_many_each_second()
    {
        ReplyLimiter limiter = new(10);
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => limiter.TryTake(1_000_000_000)));
        Assert.Equal(5, Enumerable.Range(0, 50).Count(_ => limiter.TryTake(1_500_000_000)));
    }
}
