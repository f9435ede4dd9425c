using System.Text;
using CsCheck;

namespace Rcmgr.Tests.Limits;

public sealed class LimitsJsonTests
{
    private static readonly LimitsReadOptions Lenient = new() { Lenient = true };

    [Fact]
    public void Writing_reads_back_the_same() => LimitGenerators.PartialManager.Sample(limits =>
        LimitsJson.Read(LimitsJson.ToText(limits), Lenient).Equals(limits)
        && LimitsJson.Read(LimitsJson.ToText(limits, indented: true), Lenient).Equals(limits));

    [Fact]
    public void Concrete_limits_read_back_the_same_over_any_defaults() =>
        Gen.Select(LimitGenerators.ConcreteManager, LimitGenerators.Concrete).Sample((limits, any) =>
        {
            ResourceManagerLimits defaults = ResourceManagerLimits.Infinite with { System = any, ServiceDefault = any, Stream = any };
            return LimitsJson.Read(LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(limits)), Lenient).Build(defaults).Equals(limits);
        });

    [Fact]
    public void The_written_form_has_the_specified_order_and_spelling()
    {
        PartialResourceManagerLimits limits = new()
        {
            System = new PartialLimits { Memory = LimitValue.Of(1), FileDescriptors = LimitValue.Unlimited, Streams = LimitValue.Of(2) },
            Protocol = new Dictionary<string, PartialLimits> { ["/b"] = new(), ["/a"] = new() { Connections = LimitValue.BlockAll } },
            Connection = new PartialLimits { ConnectionsInbound = LimitValue.Of(3) },
        };

        Assert.Equal(
            """{"Protocol":{"/a":{"Conns":"blockAll"},"/b":{}},"System":{"Streams":2,"FD":"unlimited","Memory":"1"},"Conn":{"ConnsInbound":3}}""",
            LimitsJson.ToText(limits));
    }

    [Fact]
    public void The_indented_form_has_a_line_for_each_limit()
    {
        PartialResourceManagerLimits limits = new() { System = new PartialLimits { FileDescriptors = LimitValue.Of(2), Memory = LimitValue.Of(1) } };

        Assert.Equal(
            ["{", "  \"System\": {", "    \"FD\": 2,", "    \"Memory\": \"1\"", "  }", "}"],
            LimitsJson.ToText(limits, indented: true).Split(Environment.NewLine));
    }

    [Fact]
    public async Task Nothing_is_read_from_null_and_nothing_written_of_it()
    {
        Assert.Equal("json", Assert.Throws<ArgumentNullException>(() => LimitsJson.Parse((string)null!)).ParamName);
        Assert.Equal("utf8Json", (await Assert.ThrowsAsync<ArgumentNullException>(async () => await LimitsJson.ParseAsync(null!, cancellationToken: CancellationToken.None))).ParamName);
        Assert.Equal("limits", Assert.Throws<ArgumentNullException>(() => LimitsJson.ToText(null!)).ParamName);
    }

    [Fact]
    public void Numbers_above_2_to_the_53_stay_exact()
    {
        PartialLimits system = LimitsJson.Read("""{"System":{"Streams":9007199254740993,"Memory":"9223372036854775806"}}""").System;

        Assert.Equal(9007199254740993, system.Streams.Number);
        Assert.Equal(9223372036854775806, system.Memory.Number);
    }

    [Fact]
    public void Lenient_reading_merges_a_repeated_section_and_replaces_a_repeated_entry()
    {
        PartialResourceManagerLimits limits = LimitsJson.Read(
            """{"System":{"Streams":1},"Service":{"s":{"Streams":1}},"SYSTEM":{"conns":2},"Service":{"s":{"Conns":3},"t":{}}}""",
            Lenient);

        Assert.Equal(new PartialLimits { Streams = LimitValue.Of(1), Connections = LimitValue.Of(2) }, limits.System);
        Assert.Equal(new PartialLimits { Connections = LimitValue.Of(3) }, limits.Service["s"]);
        Assert.Equal(2, limits.Service.Count);
    }

    [Theory]
    [InlineData("", LimitsFormatError.Syntax, "$")]
    [InlineData("{\"System\":{\"Streams\":3}", LimitsFormatError.Syntax, "$")]
    [InlineData("{\"System\":{\"Streams\":\"x\"},}", LimitsFormatError.Syntax, "$")]
    [InlineData("{\"Service\":{\"\\ud800\":{}}}", LimitsFormatError.Syntax, "$.Service")]
    [InlineData("[]", LimitsFormatError.Type, "$")]
    [InlineData("{\"system\":{\"streams\":\"100\"}}", LimitsFormatError.Type, "$.System.Streams")]
    [InlineData("{\"System\":{\"Streams\":1.0}}", LimitsFormatError.Type, "$.System.Streams")]
    [InlineData("{\"System\":{\"Memory\":\"5\\u0000\"}}", LimitsFormatError.Type, "$.System.Memory")]
    [InlineData("{\"System\":{\"Streams\":\"\\u0075nlimited\"}}", LimitsFormatError.Type, "$.System.Streams")]
    [InlineData("{\"Service\":{\"a.b\":[]}}", LimitsFormatError.Type, "$.Service[\"a.b\"]")]
    [InlineData("{\"Service\":{\"a\\n\\\"\":{\"Memory\":true}}}", LimitsFormatError.Type, "$.Service[\"a\\n\\u0022\"].Memory")]
    [InlineData("{\"System\":{\"FD\":9223372036854775808}}", LimitsFormatError.Range, "$.System.FD")]
    [InlineData("{\"System\":{\"Memory\":\"-9223372036854775809\"}}", LimitsFormatError.Range, "$.System.Memory")]
    [InlineData("{\"Peer\":{\"\":{}}}", LimitsFormatError.PeerId, "$.Peer[\"\"]")]
    public void An_error_names_its_kind_and_its_place(string json, LimitsFormatError error, string path)
    {
        LimitsFormatException e = Assert.Throws<LimitsFormatException>(() => LimitsJson.Read(json, Lenient));

        Assert.Equal(error, e.Error);
        Assert.Equal(path, e.Path);
        Assert.StartsWith(path + " (line 1, column ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{\"System\":null}")]
    [InlineData("{\"System\":{\"Streams\":null}}")]
    [InlineData("{\"System\":{\"Memory\":null}}")]
    [InlineData("{\"Service\":null}")]
    [InlineData("{\"Service\":{\"s\":null}}")]
    public void Null_is_an_error_wherever_limits_are_expected_in_every_mode(string json)
    {
        Assert.Equal(LimitsFormatError.Null, Assert.Throws<LimitsFormatException>(() => LimitsJson.Read(json)).Error);
        Assert.Equal(LimitsFormatError.Null, Assert.Throws<LimitsFormatException>(() => LimitsJson.Read(json, Lenient)).Error);
    }

    [Fact]
    public void Lenient_reading_skips_unknown_names_whatever_they_hold() =>
        Assert.Equal(
            new PartialResourceManagerLimits { System = new() { Streams = LimitValue.Of(3) } },
            LimitsJson.Read("""{"Sistem":null,"x":[{"System":{}}],"System":{"Bananas":null,"Streams":3}} trailing""", Lenient));

    [Fact]
    public void Peer_keys_go_through_the_given_parser_and_the_later_spelling_of_one_peer_wins()
    {
        LimitsReadOptions options = new() { Lenient = true, ParsePeer = text => text == "bad" ? null : new PeerKey(text.ToUpperInvariant()) };

        PartialResourceManagerLimits limits = LimitsJson.Read("""{"Peer":{"a":{"Streams":1},"A":{"Conns":2}}}""", options);

        Assert.Equal(new PartialLimits { Connections = LimitValue.Of(2) }, limits.Peer[new PeerKey("A")]);
        Assert.Single(limits.Peer);
        LimitsFormatException e = Assert.Throws<LimitsFormatException>(() => LimitsJson.Read("""{"Peer":{"bad":{}}}""", options));
        Assert.Equal(LimitsFormatError.PeerId, e.Error);
    }

    [Fact]
    public async Task A_text_above_the_size_cap_is_refused_in_every_form()
    {
        LimitsReadOptions options = new() { MaxBytes = 10 };
        string json = "{}" + new string(' ', 9);
        byte[] utf8 = Encoding.UTF8.GetBytes(json);

        Assert.Equal(LimitsFormatError.TooLarge, Assert.Throws<LimitsFormatException>(() => LimitsJson.Read(json, options)).Error);
        Assert.Equal(LimitsFormatError.TooLarge, Assert.Throws<LimitsFormatException>(() => LimitsJson.Read(utf8, options)).Error);
        using MemoryStream stream = new(utf8);
        LimitsFormatException e = await Assert.ThrowsAsync<LimitsFormatException>(
            async () => await LimitsJson.ReadAsync(stream, options, TestContext.Current.CancellationToken));
        Assert.Equal(LimitsFormatError.TooLarge, e.Error);
    }

    [Fact]
    public async Task A_text_as_long_as_the_size_cap_is_read_in_every_form()
    {
        LimitsReadOptions options = new() { MaxBytes = 10 };
        string json = "{}" + new string(' ', 8);
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        using MemoryStream stream = new(utf8);

        Assert.Empty(LimitsJson.Parse(json, options).Problems);
        Assert.Empty(LimitsJson.Parse(utf8, options).Problems);
        Assert.Empty((await LimitsJson.ParseAsync(stream, options, CancellationToken.None)).Problems);
    }

    [Fact]
    public void Lenient_reading_stops_at_the_first_problem() =>
        Assert.Equal("$.System", Assert.Single(LimitsJson.Parse("""{"System":null,"Conn":null}""", Lenient).Problems).Path);

    [Fact]
    public async Task A_stream_without_end_is_read_only_to_the_cap()
    {
        using EndlessStream stream = new();

        await Assert.ThrowsAsync<LimitsFormatException>(
            async () => await LimitsJson.ReadAsync(stream, cancellationToken: TestContext.Current.CancellationToken));

        Assert.InRange(stream.BytesRead, LimitsReadOptions.DefaultMaxBytes, 3 * LimitsReadOptions.DefaultMaxBytes);
    }

    [Fact]
    public async Task Reading_a_stream_does_not_come_back_to_the_context_of_the_caller()
    {
        using GatedStream stream = new();
        CountingContext context = new();
        SynchronizationContext? callers = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        ValueTask<PartialResourceManagerLimits> reading = LimitsJson.ReadAsync(stream, cancellationToken: CancellationToken.None);
        SynchronizationContext.SetSynchronizationContext(callers);

        stream.Gate.SetResult();

        Assert.Equal(new PartialResourceManagerLimits(), await reading);
        Assert.Equal(0, context.Posts);
    }

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Equal(
            LimitsFormatError.Syntax,
            Assert.Throws<LimitsFormatException>(() => LimitsJson.Read("{\"$schema\":" + new string('[', 500_000))).Error);

    private sealed class CountingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => _posts;

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            base.Post(d, state);
        }
    }

    private sealed class GatedStream() : MemoryStream("{}"u8.ToArray())
    {
        public TaskCompletionSource Gate { get; } = new();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Gate.Task.ConfigureAwait(false);
            return Read(buffer.Span);
        }
    }

    private sealed class EndlessStream : Stream
    {
        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            BytesRead += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
