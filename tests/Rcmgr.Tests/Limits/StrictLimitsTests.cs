namespace Rcmgr.Tests.Limits;

public sealed class StrictLimitsTests
{
    [Theory]
    [InlineData("""{"Sistem":{"Conns":1}}""", LimitsFormatError.UnknownName, "$.Sistem", 2, "\"System\"")]
    [InlineData("""{"Services":{"a":{}}}""", LimitsFormatError.UnknownName, "$.Services", 2, "\"Service\"")]
    [InlineData("""{"ConnsInbound":5}""", LimitsFormatError.UnknownName, "$.ConnsInbound", 2, "belongs into a section")]
    [InlineData("""{"System":{"StreamsInbuond":5}}""", LimitsFormatError.UnknownName, "$.System.StreamsInbuond", 12, "\"StreamsInbound\"")]
    [InlineData("""{"System":{"Connections":5}}""", LimitsFormatError.UnknownName, "$.System.Connections", 12, "\"Conns\"")]
    [InlineData("""{"System":{"FileDescriptors":5}}""", LimitsFormatError.UnknownName, "$.System.FileDescriptors", 12, "\"FD\"")]
    [InlineData("""{"Service":{"Streams":5}}""", LimitsFormatError.Type, "$.Service[\"Streams\"]", 23, "\"ServiceDefault\"")]
    [InlineData("""{"System":{"Streams":null}}""", LimitsFormatError.Null, "$.System.Streams", 22, "leave the limit out")]
    [InlineData("""{"System":null}""", LimitsFormatError.Null, "$.System", 11, "leave it out")]
    [InlineData("""{"System":{"Streams":"100"}}""", LimitsFormatError.Type, "$.System.Streams", 22, "write 100 without")]
    [InlineData("""{"System":{"Streams":"Unlimited"}}""", LimitsFormatError.Type, "$.System.Streams", 22, "\"unlimited\"")]
    [InlineData("""{"System":{"Streams":"blockall"}}""", LimitsFormatError.Type, "$.System.Streams", 22, "\"blockAll\"")]
    [InlineData("""{"System":{"Streams":"infinite"}}""", LimitsFormatError.Type, "$.System.Streams", 22, "\"unlimited\"")]
    [InlineData("""{"System":{"Streams":1e3}}""", LimitsFormatError.Type, "$.System.Streams", 22, "write 1000")]
    [InlineData("""{"System":{"Memory":"1.5 GiB"}}""", LimitsFormatError.Type, "$.System.Memory", 21, "\"1610612736\"")]
    [InlineData("""{"System":{"Memory":"64MB"}}""", LimitsFormatError.Type, "$.System.Memory", 21, "\"64000000\"")]
    [InlineData("""{"System":{"Streams":-3}}""", LimitsFormatError.Range, "$.System.Streams", 22, "\"blockAll\"")]
    [InlineData("""{"System":{"FD":9223372036854775808}}""", LimitsFormatError.Range, "$.System.FD", 17, "\"unlimited\"")]
    [InlineData("""{"System":{"Conns":10,"ConnsInbound":11}}""", LimitsFormatError.Contradiction, "$.System.ConnsInbound", 38, "raise Conns or write at most 10")]
    [InlineData("""{"Peer":{"p":{"Streams":3,"StreamsOutbound":4}}}""", LimitsFormatError.Contradiction, "$.Peer[\"p\"].StreamsOutbound", 45, "at most 3")]
    [InlineData("""{"System":{},"System":{}}""", LimitsFormatError.Duplicate, "$.System", 14, "one section")]
    [InlineData("""{"Service":{"s":{},"s":{}}}""", LimitsFormatError.Duplicate, "$.Service[\"s\"]", 20, "one entry")]
    [InlineData("""{"System":{"FD":1,"FD":2}}""", LimitsFormatError.Duplicate, "$.System.FD", 19, "remove")]
    public void What_surely_does_not_do_what_its_author_meant_is_an_error(
        string json, LimitsFormatError error, string path, int column, string suggestion)
    {
        LimitsReadResult<PartialResourceManagerLimits> result = LimitsJson.Parse(json);

        LimitsProblem problem = Assert.Single(result.Problems);
        Assert.True(problem.IsError);
        Assert.Equal((error, path, 1, column), (problem.Error, problem.Path, problem.Line, problem.Column));
        Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
        Assert.Null(result.Limits);
    }

    [Theory]
    [InlineData("""{"system":{"Conns":1}}""", LimitsFormatError.Spelling, "$.System", "write \"System\"")]
    [InlineData("""{"System":{"fd":1}}""", LimitsFormatError.Spelling, "$.System.FD", "write \"FD\"")]
    [InlineData("""{"System":{"Conns":-1}}""", LimitsFormatError.Spelling, "$.System.Conns", "\"unlimited\"")]
    [InlineData("""{"System":{"Memory":"-2"}}""", LimitsFormatError.Spelling, "$.System.Memory", "\"blockAll\"")]
    [InlineData("""{"System":{"Memory":"+007"}}""", LimitsFormatError.Spelling, "$.System.Memory", "\"7\"")]
    [InlineData("""{"System":{"Conns":4611686018427388000}}""", LimitsFormatError.Range, "$.System.Conns", "\"unlimited\"")]
    [InlineData("""{"System":{"Conns":5},"PeerDefault":{"Conns":6}}""", LimitsFormatError.Contradiction, "$.PeerDefault.Conns", "raise System.Conns or write at most 5")]
    [InlineData("""{"Service":{"s":{"Memory":5}},"ServicePeer":{"s":{"Memory":6}}}""", LimitsFormatError.Contradiction, "$.ServicePeer[\"s\"].Memory", "raise Service[\"s\"].Memory")]
    [InlineData("""{"Protocol":{"/x":{"Conns":6}}}""", LimitsFormatError.NoEffect, "$.Protocol[\"/x\"].Conns", "remove it")]
    [InlineData("""{"Conn":{"Streams":6}}""", LimitsFormatError.NoEffect, "$.Conn.Streams", "remove it")]
    public void What_may_be_on_purpose_is_a_warning(string json, LimitsFormatError error, string path, string suggestion)
    {
        LimitsReadResult<PartialResourceManagerLimits> result = LimitsJson.Parse(json);

        LimitsProblem problem = Assert.Single(result.Problems);
        Assert.False(problem.IsError);
        Assert.Equal((error, path), (problem.Error, problem.Path));
        Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
        Assert.Equal(LimitsJson.Read(json, new LimitsReadOptions { Lenient = true }), result.GetLimits());
    }

    [Theory]
    [InlineData("""{"System":{"Streams":3}} trailing""", 26)]
    [InlineData("""{"System":{"Streams":3,}}""", 24)]
    [InlineData("""{"System":{"Streams":3}""", 24)]
    [InlineData("""{ /* no */ }""", 3)]
    [InlineData("", 1)]
    public void A_text_that_is_not_one_JSON_value_is_a_syntax_error(string json, int column)
    {
        LimitsProblem problem = Assert.Single(LimitsJson.Parse(json).Problems);

        Assert.Equal((LimitsFormatError.Syntax, "$", 1, column), (problem.Error, problem.Path, problem.Line, problem.Column));
    }

    [Fact]
    public void All_problems_of_a_text_are_reported_together_each_with_its_place()
    {
        const string Json = """
            {
              "Sistem": { "Conns": 1 },
              "System": { "Conns": "5", "FD": null },
              "Peer": { "": {}, "é": { "Streems": 3 } }
            }
            """;

        LimitsFormatException e = Assert.Throws<LimitsFormatException>(() => LimitsJson.Read(Json));

        Assert.Equal(
            [(2, 3), (3, 24), (3, 35), (4, 28), (4, 13)],
            e.Problems.Select(problem => (problem.Line, problem.Column)));
        Assert.Equal(e.Problems.Count, e.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void Problems_before_a_syntax_error_are_reported_as_well() =>
        Assert.Equal(
            [LimitsFormatError.UnknownName, LimitsFormatError.Syntax],
            LimitsJson.Parse("""{"Sistem":{},"System":{]}""").Problems.Select(problem => problem.Error));

    [Fact]
    public void The_number_of_problems_is_bounded()
    {
        string json = "{" + string.Join(',', Enumerable.Range(0, 5_000).Select(number => $"\"x{number}\":1")) + "}";

        IReadOnlyList<LimitsProblem> problems = LimitsJson.Parse(json).Problems;

        Assert.Equal(LimitsReadOptions.MaxProblems + 1, problems.Count);
        Assert.Equal(LimitsFormatError.TooLarge, problems[^1].Error);
    }

    [Fact]
    public void The_number_of_entries_is_bounded()
    {
        LimitsReadOptions options = new() { MaxEntries = 2 };

        Assert.Empty(LimitsJson.Parse("""{"Service":{"a":{}},"Protocol":{"b":{}}}""", options).Problems);
        LimitsProblem problem = Assert.Single(LimitsJson.Parse("""{"Service":{"a":{}},"Protocol":{"b":{},"c":{}}}""", options).Problems);
        Assert.Equal((LimitsFormatError.TooLarge, "$.Protocol[\"c\"]"), (problem.Error, problem.Path));
    }

    [Fact]
    public void One_peer_in_two_spellings_is_an_error()
    {
        LimitsReadOptions options = new() { ParsePeer = text => new PeerKey(text.ToUpperInvariant()) };

        LimitsProblem problem = Assert.Single(LimitsJson.Parse("""{"Peer":{"a":{},"A":{}}}""", options).Problems);

        Assert.Equal((LimitsFormatError.Duplicate, "$.Peer[\"A\"]"), (problem.Error, problem.Path));
    }

    [Fact]
    public void A_direction_above_a_default_total_is_a_warning_because_defaults_depend_on_the_machine()
    {
        LimitsReadOptions options = new() { Defaults = ScalingLimits.Default.Scale(0, 0) };

        LimitsProblem problem = Assert.Single(LimitsJson.Parse("""{"System":{"ConnsInbound":500}}""", options).Problems);

        Assert.False(problem.IsError);
        Assert.Equal((LimitsFormatError.Contradiction, "$.System.ConnsInbound"), (problem.Error, problem.Path));
    }

    [Fact]
    public void A_lowered_total_says_nothing_about_directions_that_were_not_written() =>
        Assert.Empty(LimitsJson.Parse("""{"System":{"Conns":5}}""", new LimitsReadOptions { Defaults = ScalingLimits.Default.Scale(0, 0) }).Problems);

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 30)]
    [InlineData(1L << 40)]
    public void Our_own_defaults_are_without_problems(long memory)
    {
        ResourceManagerLimits defaults = ScalingLimits.DefaultWithServices.Scale(memory, 1 << 20);

        string json = LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(defaults), indented: true);

        Assert.Empty(LimitsJson.Parse(json, new LimitsReadOptions { Defaults = defaults }).Problems);
    }

    [Theory]
    [InlineData("""{"System":{"Conns":0,"Streams":2147483647,"Memory":"9223372036854775807"}}""")]
    [InlineData("""{"System":{"Conns":"default","Streams":"unlimited","Memory":"blockAll"}}""")]
    public void The_smallest_and_the_largest_limits_and_the_words_are_without_problems(string json) => Assert.Empty(LimitsJson.Parse(json).Problems);

    [Theory]
    [InlineData("""{"System":7,"FD":null}""", "$.System", "$.FD")]
    [InlineData("""{"System":[{"Conns":null}],"FD":null}""", "$.System", "$.FD")]
    [InlineData("""{"Service":{"s":[{"Conns":null}],"t":null}}""", "$.Service[\"s\"]", "$.Service[\"t\"]")]
    [InlineData("""{"Sistem":{"Conns":null},"FD":null}""", "$.Sistem", "$.FD")]
    [InlineData("""{"System":{"Bananas":{"Conns":null},"FD":null}}""", "$.System.Bananas", "$.System.FD")]
    [InlineData("""{"System":{"Conns":[{"FD":null}],"FD":null}}""", "$.System.Conns", "$.System.FD")]
    [InlineData("{\"\\ud800\":{\"System\":null},\"FD\":null}", "$", "$.FD")]
    public void What_cannot_be_understood_is_passed_over_whole_and_the_rest_is_read(string json, string first, string second) =>
        Assert.Equal([first, second], LimitsJson.Parse(json).Problems.Select(problem => problem.Path));

    [Fact]
    public void Each_repetition_of_a_limit_is_reported()
    {
        IReadOnlyList<LimitsProblem> problems = LimitsJson.Parse("""{"System":{"FD":1,"FD":2,"FD":3,"FD":4}}""").Problems;

        Assert.Equal([19, 26, 33], problems.Select(problem => problem.Column));
    }

    [Fact]
    public void The_name_of_a_schema_is_allowed() => Assert.Empty(LimitsJson.Parse("""{"$schema":"limits.schema.json"}""").Problems);
}
