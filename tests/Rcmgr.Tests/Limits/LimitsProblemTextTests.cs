using System.Text;

namespace Rcmgr.Tests.Limits;

/// <summary>What the author of a limits text is told, word for word.</summary>
public sealed class LimitsProblemTextTests
{
    private const string WhatIsExpected = "an integer or one of \"default\", \"unlimited\", \"blockAll\" is expected";

    [Theory]
    [InlineData("""{"Sistem":{}}""", "$.Sistem (line 1, column 2): there is no such section; did you mean \"System\"?")]
    [InlineData("""{"Bananas":{}}""", "$.Bananas (line 1, column 2): there is no such section")]
    [InlineData("""{"Memory":5}""", "$.Memory (line 1, column 2): there is no such section; \"Memory\" belongs into a section such as \"System\"")]
    [InlineData("""{"System":{"Streems":1}}""", "$.System.Streems (line 1, column 12): there is no such limit; did you mean \"Streams\"?")]
    [InlineData("""{"System":{"Bananas":1}}""", "$.System.Bananas (line 1, column 12): there is no such limit")]
    [InlineData("""{"Conn":{},"Conn":{}}""", "$.Conn (line 1, column 12): the section stands there twice; make one section of the two")]
    [InlineData("""{"Service":{"s":{},"s":{}}}""", "$.Service[\"s\"] (line 1, column 20): the name stands there twice; make one entry of the two")]
    [InlineData("""{"System":{"FD":1,"FD":2}}""", "$.System.FD (line 1, column 19): the limit stands there twice; remove one of the two")]
    [InlineData("""{"Peer":{"":{}}}""", "$.Peer[\"\"] (line 1, column 10): not a peer id; write it as 12D3KooW…, Qm… or in its CID form")]
    [InlineData("""{"System":null}""", "$.System (line 1, column 11): null has no meaning here; leave it out for the defaults")]
    [InlineData("""{"System":7}""", "$.System (line 1, column 11): an object is expected")]
    [InlineData("""{"Service":{"FD":7}}""", "$.Service[\"FD\"] (line 1, column 18): an object is expected; this section holds limits by name; \"FD\" belongs into an entry or into \"ServiceDefault\"")]
    [InlineData("""{"Service":{"s":7}}""", "$.Service[\"s\"] (line 1, column 17): an object is expected")]
    [InlineData("{\"Service\":{\"\\ud800\":{}}}", "$.Service (line 1, column 13): a text that is not Unicode")]
    public void Of_sections_and_names(string json, string problem) => Assert.Equal([problem], Problems(json));

    [Theory]
    [InlineData("null", "null has no meaning here; leave the limit out for the default, or write \"unlimited\" or \"blockAll\"")]
    [InlineData("true", WhatIsExpected)]
    [InlineData("\"\"", WhatIsExpected)]
    [InlineData("\"12\"", WhatIsExpected + "; write 12 without quotation marks")]
    [InlineData("\"infinite\"", WhatIsExpected + "; did you mean \"unlimited\"?")]
    [InlineData("\"1 KiB\"", WhatIsExpected)]
    [InlineData("1e3", "a number without fraction and exponent is expected; write 1000")]
    [InlineData("-1E3", "a number without fraction and exponent is expected; write -1000")]
    [InlineData("9223372036854775807.0", "a number without fraction and exponent is expected; write 9223372036854775807")]
    [InlineData("9223372036854775808.0", "a number without fraction and exponent is expected")]
    [InlineData("1.5", "a number without fraction and exponent is expected")]
    [InlineData("1e300", "a number without fraction and exponent is expected")]
    [InlineData("9223372036854775808", "the number does not fit into 64 bits; write \"unlimited\" if that is meant")]
    [InlineData("-3", "a negative limit allows nothing; write \"blockAll\" if that is meant")]
    [InlineData("-2", "-2 means that nothing is allowed; write \"blockAll\"")]
    [InlineData("-1", "-1 means unlimited; write \"unlimited\"")]
    [InlineData("2147483648", "scopes count to 2147483647; write \"unlimited\"")]
    public void Of_the_value_of_a_limit(string value, string problem) =>
        Assert.Equal(["$.System.Conns (line 1, column 20): " + problem], Problems($$$"""{"System":{"Conns":{{{value}}}}}"""));

    [Theory]
    [InlineData("1 KiB", WhatIsExpected + "; write the number of bytes, \"1024\"")]
    [InlineData("unlimitted", WhatIsExpected + "; did you mean \"unlimited\"?")]
    [InlineData("+7", "not the usual form of a number; write \"7\"")]
    [InlineData("9223372036854775808", "the number does not fit into 64 bits; write \"unlimited\" if that is meant")]
    public void Of_memory_as_text(string value, string problem) =>
        Assert.Equal(["$.System.Memory (line 1, column 21): " + problem], Problems($$$"""{"System":{"Memory":"{{{value}}}"}}"""));

    [Theory]
    [InlineData("""{"system":{}}""", "$.System (line 1, column 2): understood, but in other letters than usual; write \"System\"")]
    [InlineData("""{"System":{"CONNS":1}}""", "$.System.Conns (line 1, column 12): understood, but in other letters than usual; write \"Conns\"")]
    public void Of_an_unusual_spelling(string json, string problem) => Assert.Equal([problem], Problems(json));

    [Theory]
    [InlineData("""{"Conn":{"Streams":6}}""", "$.Conn.Streams (line 1, column 20): has no effect: only connections and memory are charged to such a scope; remove it")]
    [InlineData("""{"Stream":{"FD":6}}""", "$.Stream.FD (line 1, column 17): has no effect: only streams and memory are charged to such a scope; remove it")]
    [InlineData(
        """{"System":{"Conns":10,"ConnsInbound":11}}""",
        "$.System.ConnsInbound (line 1, column 38): 11 is never reached: Conns, the limit on both directions together, is 10; raise Conns or write at most 10")]
    [InlineData(
        """{"Transient":{"StreamsOutbound":999}}""",
        "$.Transient.StreamsOutbound (line 1, column 33): 999 is never reached: Streams, the limit on both directions together, is 256 by default; raise Streams or write at most 256")]
    [InlineData(
        """{"PeerDefault":{"Conns":129}}""",
        "$.PeerDefault.Conns (line 1, column 25): 129 is never reached: System.Conns, to which the same is charged, is 128; raise System.Conns or write at most 128")]
    public void Of_a_limit_that_is_never_reached(string json, string problem) =>
        Assert.Equal([problem], Problems(json, new LimitsReadOptions { Defaults = ScalingLimits.Default.Scale(0, 0) }));

    [Fact]
    public void Of_a_text_that_is_not_JSON()
    {
        string problem = Assert.Single(Problems("{\n\"System\":{\"Conns\":1,}}"));

        // The reason is the JSON library's, whose own account of the place would be a second one that counts from zero.
        Assert.StartsWith("$ (line 2, column 21): not valid JSON: The JSON object contains a trailing comma", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_byte_order_mark() =>
        Assert.Equal(
            "$ (line 1, column 1): the text starts with a byte order mark; save it as UTF-8 without one",
            LimitsJson.Parse([.. Encoding.UTF8.Preamble, .. "{}"u8]).Problems[0].ToString());

    [Fact]
    public void Of_a_text_that_is_too_long() =>
        Assert.Equal(["$: the text is longer than 2 bytes"], Problems("""{"System":{}}""", new LimitsReadOptions { MaxBytes = 2 }));

    [Fact]
    public void Of_too_many_entries() =>
        Assert.Equal(
            ["$.Service[\"b\"] (line 1, column 20): more than 1 entries"],
            Problems("""{"Service":{"a":{},"b":{},"c":{}}}""", new LimitsReadOptions { MaxEntries = 1 }));

    [Fact]
    public void Of_too_many_problems()
    {
        string json = "{" + string.Join(',', Enumerable.Range(0, 200).Select(number => $"\n\"x{number}\":1")) + "}";

        Assert.Equal("$ (line 101, column 1): too many problems; the rest is not looked at", Problems(json)[^1]);
    }

    [Fact]
    public void A_problem_without_a_place_or_a_suggestion_mentions_neither() =>
        Assert.Equal("$.System: so it is", new LimitsProblem(LimitsProblemSeverity.Error, LimitsFormatError.Type, "$.System", 0, 0, "so it is").ToString());

    private static List<string> Problems(string json, LimitsReadOptions? options = null) =>
        [.. LimitsJson.Parse(json, options).Problems.Select(problem => problem.ToString())];
}
