using CsCheck;
using Google.Protobuf;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Protocols.Messages;
using Rcmgr.Libp2p.Tests.Muxing;
using Rcmgr.Libp2p.Tests.Security;

namespace Rcmgr.Libp2p.Tests.Protocols;

public sealed class IdentifyWireTests
{
    private static readonly byte[] Honest = IdentifyWire.Encode(IdentifyTests.ServerInfo);

    [Fact]
    public async Task Parts_are_read_until_the_end_and_count_as_one_message()
    {
        byte[] first = Frame(new IdentifyMessage { AgentVersion = "a", Protocols = { "/one" } });
        byte[] second = Frame(new IdentifyMessage { AgentVersion = "b", Protocols = { "/two" } });
        IdentifyInfo info = await ReadAsync([.. first, .. second]);
        Assert.Equal(["/one", "/two"], info.Protocols);
        Assert.Equal("b", info.AgentVersion);
    }

    [Fact]
    public async Task What_is_not_sent_is_null_or_empty()
    {
        IdentifyInfo info = await ReadAsync([0]);
        Assert.Null(info.PublicKey);
        Assert.Null(info.AgentVersion);
        Assert.Null(info.ProtocolVersion);
        Assert.Null(info.ObservedAddress);
        Assert.Empty(info.ListenAddresses);
        Assert.Empty(info.Protocols);
    }

    [Fact]
    public async Task Addresses_that_nobody_here_knows_are_left_out()
    {
        ByteString unknown = ByteString.CopyFrom(0xff, 0xff, 0x7f, 1);
        ByteString known = ByteString.CopyFrom(StreamPair.ServerAddress.ToBytes());
        IdentifyInfo info = await ReadAsync(Frame(new IdentifyMessage { ListenAddrs = { unknown, known }, ObservedAddr = unknown }));
        Assert.Equal([StreamPair.ServerAddress], info.ListenAddresses);
        Assert.Null(info.ObservedAddress);
    }

    [Fact]
    public async Task The_longest_message_is_read_and_a_longer_one_refused_before_it_is_read()
    {
        byte[] body = new IdentifyMessage { SignedPeerRecord = ByteString.CopyFrom(new byte[8189]) }.ToByteArray();
        Assert.Equal(8192, body.Length);
        await ReadAsync([0x80, 0x40, .. body]);
        await AssertRefusedAsync([0x81, 0x40], IdentifyFailure.TooLarge);
        await AssertRefusedAsync([0xff, 0xff, 0xff, 0x7f], IdentifyFailure.TooLarge);
        await AssertRefusedAsync([0x80, 0x40, .. body, 1], IdentifyFailure.TooLarge);
    }

    [Fact]
    public Task More_parts_than_ten_are_refused() => AssertRefusedAsync(new byte[11], IdentifyFailure.TooLarge);

    [Fact]
    public async Task Ten_parts_are_accepted() => Assert.NotNull(await ReadAsync(new byte[10]));

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 5, 1, 2 })]
    [InlineData(new byte[] { 1, 0x0a })]
    [InlineData(new byte[] { 2, 0x0a, 5 })]
    [InlineData(new byte[] { 2, 0x03, 0 })]
    [InlineData(new byte[] { 1, 0x00 })]
    [InlineData(new byte[] { 3, 0x0a, 1, 9 })]
    public Task Bytes_that_are_no_description_are_malformed(byte[] bytes) => AssertRefusedAsync(bytes, IdentifyFailure.Malformed);

    [Fact]
    public async Task Lists_and_texts_are_bounded()
    {
        await AssertRefusedAsync(Frame(new IdentifyMessage { ListenAddrs = { Enumerable.Repeat(ByteString.Empty, 129) } }), IdentifyFailure.TooLarge);
        await AssertRefusedAsync(Frame(new IdentifyMessage { Protocols = { Enumerable.Repeat("", 513) } }), IdentifyFailure.TooLarge);
        await AssertRefusedAsync(Frame(new IdentifyMessage { Protocols = { new string('x', 257) } }), IdentifyFailure.TooLarge);
        await AssertRefusedAsync(Frame(new IdentifyMessage { AgentVersion = new string('x', 257) }), IdentifyFailure.TooLarge);
        await AssertRefusedAsync(Frame(new IdentifyMessage { ProtocolVersion = new string('x', 257) }), IdentifyFailure.TooLarge);
        IdentifyInfo most = await ReadAsync(Frame(new IdentifyMessage { Protocols = { Enumerable.Repeat("/a", 512) }, AgentVersion = new string('x', 256) }));
        Assert.Equal(512, most.Protocols.Length);
    }

    [Fact]
    public void A_description_longer_than_peers_accept_is_not_sent() => Assert.Throws<ArgumentException>(
        () => IdentifyWire.Encode(IdentifyTests.ServerInfo with { Protocols = [.. Enumerable.Repeat(new string('x', 250), 40)] }));

    [Fact]
    public Task Changed_bytes_are_read_or_refused_with_a_reason() =>
        Mutations.Of(Honest).SampleAsync(CheckAsync, iter: 3000);

    [Fact]
    public void Changed_messages_in_an_honest_frame_are_read_or_refused_with_a_reason() =>
        Mutations.Of(Honest[2..]).Sample(Check, iter: 5000);

    [Fact]
    public void Noise_is_read_or_refused_with_a_reason() => Gen.Byte.Array[0, 9000].Sample(Check, iter: 1000);

    private static async Task CheckAsync(byte[] bytes)
    {
        try
        {
            CheckBounds(await ReadAsync(bytes));
        }
        catch (IdentifyException)
        {
        }
    }

    private static void Check(byte[] message)
    {
        try
        {
            CheckBounds(IdentifyWire.Decode(message, StreamPair.ServerIdentity.PeerId));
        }
        catch (IdentifyException)
        {
        }
    }

    private static void CheckBounds(IdentifyInfo info)
    {
        Assert.True(info.ListenAddresses.Length <= IdentifyInfo.MaxAddresses);
        Assert.True(info.Protocols.Length <= IdentifyInfo.MaxProtocols);
        Assert.True(info.PublicKey is null || info.PublicKey.Equals(StreamPair.ServerIdentity.PublicKey));
    }

    private static async Task AssertRefusedAsync(byte[] bytes, IdentifyFailure failure)
    {
        IdentifyException e = await Assert.ThrowsAsync<IdentifyException>(() => ReadAsync(bytes));
        Assert.Equal(failure, e.Failure);
    }

    private static async Task<IdentifyInfo> ReadAsync(byte[] bytes) =>
        await IdentifyWire.ReadAsync(new MemoryStream(bytes), StreamPair.ServerIdentity.PeerId, Sessions.Deadline);

    private static byte[] Frame(IdentifyMessage message)
    {
        using MemoryStream framed = new();
        message.WriteDelimitedTo(framed);
        return framed.ToArray();
    }
}
