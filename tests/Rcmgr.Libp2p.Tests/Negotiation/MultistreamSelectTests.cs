using System.Text;
using CsCheck;
using Rcmgr.Libp2p.Negotiation;
using Rcmgr.Libp2p.Tests.Muxing;

namespace Rcmgr.Libp2p.Tests.Negotiation;

public sealed class MultistreamSelectTests
{
    private static readonly IReadOnlySet<string> Supported = new HashSet<string> { "/a/1", "/b/1", "/é/1" };

    [Theory]
    [InlineData("/a/1", "/a/1")]
    [InlineData("/x/1,/b/1,/a/1", "/b/1")]
    [InlineData("/é/1", "/é/1")]
    public async Task First_proposal_that_the_remote_supports_is_selected(string proposals, string expected)
    {
        (Stream left, Stream right) = ChannelPair.Create();
        Task<string> inbound = MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline).AsTask();
        Assert.Equal(expected, await MultistreamSelect.NegotiateOutboundAsync(left, proposals.Split(','), Sessions.Deadline));
        Assert.Equal(expected, await inbound);
    }

    [Fact]
    public async Task Sides_without_a_common_protocol_fail_typed()
    {
        (Stream left, Stream right) = ChannelPair.Create();
        Task<string> inbound = MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline).AsTask();
        await AssertFailsAsync(NegotiationFailure.NoCommonProtocol, MultistreamSelect.NegotiateOutboundAsync(left, ["/x/1", "/y/1"], Sessions.Deadline));
        await left.DisposeAsync();
        await AssertFailsAsync(NegotiationFailure.ChannelEnded, inbound);
    }

    [Fact]
    public async Task Bytes_behind_the_negotiation_stay_in_the_channel()
    {
        (Stream left, Stream right) = ChannelPair.Create();
        await left.WriteAsync(Bytes("\u0013/multistream/1.0.0\n\u0005/a/1\nHELLO"), Sessions.Deadline);
        Assert.Equal("/a/1", await MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline));
        byte[] rest = new byte[5];
        await right.ReadExactlyAsync(rest, Sessions.Deadline);
        Assert.Equal("HELLO", Encoding.ASCII.GetString(rest));

        (left, right) = ChannelPair.Create();
        await right.WriteAsync(Bytes("\u0013/multistream/1.0.0\n\u0005/a/1\nWORLD"), Sessions.Deadline);
        Assert.Equal("/a/1", await MultistreamSelect.NegotiateOutboundAsync(left, ["/a/1"], Sessions.Deadline));
        await left.ReadExactlyAsync(rest, Sessions.Deadline);
        Assert.Equal("WORLD", Encoding.ASCII.GetString(rest));
    }

    [Fact]
    public async Task Initiator_sends_header_and_first_proposal_together()
    {
        (Stream left, Stream right) = ChannelPair.Create();
        _ = MultistreamSelect.NegotiateOutboundAsync(left, ["/a/1"], Sessions.Deadline).AsTask();
        byte[] sent = new byte[26];
        await right.ReadExactlyAsync(sent, Sessions.Deadline);
        Assert.Equal(Bytes("\u0013/multistream/1.0.0\n\u0005/a/1\n"), sent);
    }

    [Fact]
    public async Task List_is_answered_with_every_protocol_inside_one_message()
    {
        (Stream left, Stream right) = ChannelPair.Create();
        HashSet<string> supported = ["/a/1", "/b/1"];
        Task<string> inbound = MultistreamSelect.NegotiateInboundAsync(right, supported, Sessions.Deadline).AsTask();
        await left.WriteAsync(Bytes("\u0013/multistream/1.0.0\n\u0003ls\n\u0005/a/1\n"), Sessions.Deadline);
        Assert.Equal("/a/1", await inbound);
        byte[] answer = new byte[20 + 14 + 6];
        await left.ReadExactlyAsync(answer, Sessions.Deadline);
        Assert.Equal(Bytes("\u0013/multistream/1.0.0\n\u000D\u0005/a/1\n\u0005/b/1\n\n\u0005/a/1\n"), answer);
    }

    public static TheoryData<string, int> HostileMessages => new()
    {
        { "\u0000", (int)NegotiationFailure.MalformedMessage },
        { "\u0013/multistream/1.0.0 ", (int)NegotiationFailure.MalformedMessage },
        { "\u0013/multistream/2.0.0\n", (int)NegotiationFailure.WrongHeader },
        { "\u0013/multistream", (int)NegotiationFailure.ChannelEnded },
        { "", (int)NegotiationFailure.ChannelEnded },
    };

    [Theory]
    [MemberData(nameof(HostileMessages))]
    public async Task Hostile_message_fails_typed_on_both_sides(string text, int failure)
    {
        await AssertFailsOnBothSidesAsync(Bytes(text), (NegotiationFailure)failure);
    }

    [Fact]
    public async Task Message_length_is_bounded_before_its_body_is_read()
    {
        await AssertFailsOnBothSidesAsync([0x81, 0x08], NegotiationFailure.MessageTooLong);
        await AssertFailsOnBothSidesAsync([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], NegotiationFailure.MessageTooLong);
        await AssertFailsOnBothSidesAsync([0x93, 0x00], NegotiationFailure.MalformedMessage);
    }

    [Theory]
    [InlineData("\u0012")]
    [InlineData("\u0014")]
    [InlineData("\u0080\u0008")]
    public async Task First_message_of_another_length_than_the_header_is_refused_before_its_body_comes(string length)
    {
        byte[] sent = Encoding.Latin1.GetBytes(length);
        (Stream left, Stream right) = ChannelPair.Create();
        await left.WriteAsync(sent, Sessions.Deadline);
        await AssertFailsAsync(NegotiationFailure.WrongHeader, MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline));

        (left, right) = ChannelPair.Create();
        await left.WriteAsync(sent, Sessions.Deadline);
        await AssertFailsAsync(NegotiationFailure.WrongHeader, MultistreamSelect.NegotiateOutboundAsync(right, ["/a/1"], Sessions.Deadline));
    }

    [Fact]
    public async Task Rounds_and_bytes_of_an_undecided_remote_are_bounded()
    {
        (Stream left, Stream right) = ChannelPair.Create();
        await left.WriteAsync(Bytes("\u0013/multistream/1.0.0\n" + string.Concat(Enumerable.Repeat("\u0003/x\n", 200))), Sessions.Deadline);
        await AssertFailsAsync(NegotiationFailure.TooManyRounds, MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline));

        (left, right) = ChannelPair.Create();
        byte[] longest = [0x80, 0x08, .. new byte[1023], (byte)'\n'];
        await left.WriteAsync(Bytes("\u0013/multistream/1.0.0\n"), Sessions.Deadline);
        for (int i = 0; i < 99; i++)
            await left.WriteAsync(longest, Sessions.Deadline);
        await AssertFailsAsync(NegotiationFailure.TooManyBytes, MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline));
    }

    [Fact]
    public async Task Answer_with_another_protocol_fails_typed()
    {
        (Stream left, Stream right) = ChannelPair.Create();
        await right.WriteAsync(Bytes("\u0013/multistream/1.0.0\n\u0005/b/1\n"), Sessions.Deadline);
        await AssertFailsAsync(NegotiationFailure.UnexpectedAnswer, MultistreamSelect.NegotiateOutboundAsync(left, ["/a/1"], Sessions.Deadline));
    }

    [Fact]
    public async Task Silent_remote_is_left_when_the_token_says_so()
    {
        (Stream left, _) = ChannelPair.Create();
        using CancellationTokenSource deadline = new();
        Task<string> negotiating = MultistreamSelect.NegotiateOutboundAsync(left, ["/a/1"], deadline.Token).AsTask();
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => negotiating);
    }

    [Fact]
    public void Random_bytes_end_typed() =>
        Gen.Byte.Array[0, 200].SampleAsync(
            async bytes =>
            {
                foreach (byte[] input in (byte[][])[bytes, [.. Bytes("\u0013/multistream/1.0.0\n"), .. bytes]])
                {
                    (Stream left, Stream right) = ChannelPair.Create();
                    await left.WriteAsync(input, Sessions.Deadline);
                    await left.DisposeAsync();
                    await Assert.ThrowsAsync<NegotiationException>(
                        async () => await MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline));
                }
            },
            iter: 500);

    private static async Task AssertFailsOnBothSidesAsync(byte[] bytes, NegotiationFailure failure)
    {
        (Stream left, Stream right) = ChannelPair.Create();
        await left.WriteAsync(bytes, Sessions.Deadline);
        await left.DisposeAsync();
        await AssertFailsAsync(failure, MultistreamSelect.NegotiateInboundAsync(right, Supported, Sessions.Deadline));

        (left, right) = ChannelPair.Create();
        await left.WriteAsync(bytes, Sessions.Deadline);
        await left.DisposeAsync();
        await AssertFailsAsync(failure, MultistreamSelect.NegotiateOutboundAsync(right, ["/a/1"], Sessions.Deadline));
    }

    private static Task AssertFailsAsync(NegotiationFailure failure, ValueTask<string> negotiation) => AssertFailsAsync(failure, negotiation.AsTask());

    private static async Task AssertFailsAsync(NegotiationFailure failure, Task<string> negotiation)
    {
        NegotiationException error = await Assert.ThrowsAsync<NegotiationException>(() => negotiation);
        Assert.Equal(failure, error.Failure);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
