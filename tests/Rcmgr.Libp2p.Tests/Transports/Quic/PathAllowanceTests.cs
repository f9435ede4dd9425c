using System.Net;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class PathAllowanceTests
{
    private const int Packet = 1452;

    private static readonly byte[] First = [1];
    private static readonly byte[] Second = [2];
    private static readonly byte[] Third = [3];

    [Fact]
    public void The_first_path_is_proven()
    {
        PathAllowance allowance = new(First);

        allowance.Count(1_000_000);

        Assert.Equal(Packet, allowance.Limit(Packet));
    }

    [Fact]
    public void A_new_path_may_get_three_times_what_came_from_it_but_for_the_last_byte()
    {
        PathAllowance allowance = new(First);

        allowance.Observe(Second, Second, 500);

        Assert.Equal(1452, allowance.Limit(1500 - 48));
        Assert.Equal(1499, allowance.Limit(9000));
        allowance.Count(1000);
        Assert.Equal(499, allowance.Limit(Packet));
        allowance.Observe(Second, Second, 100);
        Assert.Equal(799, allowance.Limit(Packet));
    }

    [Fact]
    public void A_packet_too_small_to_be_of_use_is_none()
    {
        PathAllowance allowance = new(First);
        allowance.Observe(Second, Second, 100);

        allowance.Count(300 - PathAllowance.SmallestPacket - 1);
        Assert.Equal(PathAllowance.SmallestPacket, allowance.Limit(Packet));
        allowance.Count(1);
        Assert.Equal(0, allowance.Limit(Packet));
    }

    [Fact]
    public void What_comes_on_another_path_allows_nothing()
    {
        PathAllowance allowance = new(First);
        allowance.Observe(Second, Second, 100);

        allowance.Observe(Second, First, 1000);
        allowance.Observe(Second, default, 0);

        Assert.Equal(299, allowance.Limit(Packet));
    }

    [Fact]
    public void Each_change_begins_anew()
    {
        PathAllowance allowance = new(First);
        allowance.Observe(Second, Second, 1000);

        allowance.Observe(Third, Third, 100);
        Assert.Equal(299, allowance.Limit(Packet));

        allowance.Observe(Second, Second, 50);
        Assert.Equal(149, allowance.Limit(Packet));
    }

    [Fact]
    public void A_proven_path_is_unlimited_and_stays_so_when_the_client_comes_back_to_it()
    {
        PathAllowance allowance = new(First);
        allowance.Observe(Second, Second, 30);

        allowance.Prove(Second);
        Assert.Equal(Packet, allowance.Limit(Packet));

        allowance.Observe(Third, Third, 30);
        Assert.Equal(89, allowance.Limit(Packet));
        allowance.Observe(Second, default, 0);
        Assert.Equal(Packet, allowance.Limit(Packet));
        allowance.Observe(First, First, 30);
        Assert.Equal(Packet, allowance.Limit(Packet));
    }

    [Fact]
    public void A_path_proven_after_it_was_left_is_unlimited_when_it_is_used_again()
    {
        PathAllowance allowance = new(First);
        allowance.Observe(Second, Second, 30);

        allowance.Prove(Third);
        Assert.Equal(89, allowance.Limit(Packet));

        allowance.Observe(Third, Third, 30);
        Assert.Equal(Packet, allowance.Limit(Packet));
    }

    [Fact]
    public void The_oldest_of_many_proven_paths_is_forgotten()
    {
        PathAllowance allowance = new(First);
        for (byte path = 2; path <= PathAllowance.MaxProven + 1; path++)
        {
            allowance.Observe([path], [path], 30);
            allowance.Prove([path]);
            allowance.Prove([path]);
        }

        allowance.Observe(Second, Second, 30);
        Assert.Equal(Packet, allowance.Limit(Packet));
        allowance.Observe(First, First, 30);
        Assert.Equal(89, allowance.Limit(Packet));
    }

    [Theory]
    [InlineData("192.0.2.7:4001", "192.0.2.7:4002")]
    [InlineData("192.0.2.7:4001", "192.0.2.8:4001")]
    [InlineData("[2001:db8::7]:4001", "[2001:db8::7]:4002")]
    [InlineData("[2001:db8::7]:4001", "[2001:db8::8]:4001")]
    [InlineData("[fe80::7%1]:4001", "[fe80::7%2]:4001")]
    public void Paths_differ_by_each_address_and_port(string one, string other)
    {
        Assert.Equal(Key(one, one), Key(one, one));
        Assert.NotEqual(Key(one, one), Key(one, other));
        Assert.NotEqual(Key(one, one), Key(other, one));
        Assert.NotEqual(Key(one, other), Key(other, one));
    }

    private static unsafe byte[] Key(string local, string remote)
    {
        byte[] addresses = new byte[2 * SocketAddresses.MaxBytes];
        int length = SocketAddresses.Write(IPEndPoint.Parse(local), addresses);
        int remoteLength = SocketAddresses.Write(IPEndPoint.Parse(remote), addresses.AsSpan(SocketAddresses.MaxBytes));
        byte[] key = new byte[PathKey.Bytes];
        fixed (byte* start = addresses)
        {
            NativePath path = new()
            {
                Local = new NativeAddress { Socket = start, Length = (uint)length },
                Remote = new NativeAddress { Socket = start + SocketAddresses.MaxBytes, Length = (uint)remoteLength },
            };
            PathKey.Write(path, key);
        }

        return key;
    }
}
