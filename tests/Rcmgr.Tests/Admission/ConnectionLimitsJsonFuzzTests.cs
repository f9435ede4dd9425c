using System.Text;
using CsCheck;
using Rcmgr.Tests.Limits;

namespace Rcmgr.Tests.Admission;

public sealed class ConnectionLimitsJsonFuzzTests
{
    private static readonly Gen<string> Tokens = Gen.OneOf(
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "false", "-1", "-3", "0", "0.2", "1e3", "1e400", "9223372036854775808", "\"\\ud800\"", "\u0000", "é", "\ufeff",
        "\"Profile\":\"none\",", "\"Profile\":", "\"PeersPerAddress\":7,", "\"PeersPerAddress\":", "\"SubnetsIPv4\":{", "\"/32\":5", "\"/32\":{", "\"/48\":\"unlimited\"",
        "\"Networks\":{", "\"10.0.0.0/8\":", "\"fc00::/7\":{", "\"RatesIPv6\":{", "\"NetworkRates\":{", "\"GlobalRate\":{", "\"PerSecond\":1,", "\"Burst\":9", "\"ExemptLoopback\":false,",
        "\"x\":{");

    private static readonly Gen<string> Sections = Gen.OneOf<string>([.. ConnectionLimitsNames.Sections, "$schema", "Subnets", "System"]);

    private static readonly Gen<string> Entries = Gen.OneOf("/0", "/9", "/24", "/32", "/33", "/64", "/128", "/129", "/032", "32", "10.0.0.0/8", "fc00::/7", "PerSecond", "Burst", "x");

    private static readonly Gen<string> Values = Gen.OneOf(
        "0", "1", "0.5", "0.000001", "1000000000", "10000000000", "1000000", "2147483647", "2147483648", "-1", "-3", "null", "true", "false", "{}", "[]", "\"default\"", "\"unlimited\"", "\"blockAll\"",
        "\"private\"", "\"none\"", "\"x\"", "\"5\"", "{\"PerSecond\":1,\"Burst\":5}", "{\"PerSecond\":0,\"Burst\":5}", "{\"PerSecond\":1}", "{\"PerSecond\":1,\"Burst\":\"unlimited\"}",
        "{\"PerSecond\":1,\"Burst\":\"default\"}", "{\"Burst\":5,\"PerSecond\":\"1\"}", "{\"PerSecond\":1,\"Burst\":5,\"x\":1}");

    private static readonly Gen<string> Texts = Object(Sections, Gen.OneOf(Object(Entries, Values), Values));

    [Fact]
    public void Random_bytes_give_limits_or_problems() => Gen.Byte.Array[0, 200].Sample(ReadsOrRefuses, iter: 3_000);

    [Fact]
    public void Random_tokens_give_limits_or_problems() =>
        Tokens.Array[0, 40].Select(tokens => Encoding.UTF8.GetBytes(string.Concat(tokens))).Sample(ReadsOrRefuses, iter: 5_000);

    [Fact]
    public void Random_members_give_limits_or_problems() => Texts.Select(Encoding.UTF8.GetBytes).Sample(ReadsOrRefuses, iter: 5_000);

    [Fact]
    public void Mutated_limits_give_limits_or_problems()
    {
        Gen<byte[]> mutated =
            from limits in ConnectionLimitsGenerators.All
            from edits in Gen.Select(Gen.Double[0, 1], Gen.Byte).Array[1, 5]
            from kept in Gen.Double[0, 1]
            from cut in Gen.Bool
            select Mutate(Encoding.UTF8.GetBytes(ConnectionLimitsJson.ToText(limits)), edits, cut ? kept : 1);

        mutated.Sample(ReadsOrRefuses, iter: 2_000);
    }

    [Fact]
    public void The_schema_accepts_what_the_reader_accepts()
    {
        SchemaValidator schema = new(ConnectionLimitsJson.Schema);
        Texts.Sample(json =>
        {
            // The schema cannot read networks, nor compare entries with each other.
            bool reads = !ConnectionLimitsJson.Parse(json).Problems.Any(problem => problem.Error is not (LimitsFormatError.Duplicate or LimitsFormatError.NoEffect));
            return reads == schema.Accepts(json);
        }, iter: 20_000);
    }

    [Fact]
    public void The_schema_accepts_everything_that_is_written_without_problems()
    {
        SchemaValidator schema = new(ConnectionLimitsJson.Schema);
        ConnectionLimitsGenerators.All.Sample(limits =>
        {
            string text = ConnectionLimitsJson.ToText(limits);
            return ConnectionLimitsJson.Parse(text).Problems.Count > 0 || schema.Accepts(text);
        }, iter: 1_000);
    }

    private static byte[] Mutate(byte[] json, (double Place, byte Value)[] edits, double kept)
    {
        foreach ((double place, byte value) in edits)
            json[(int)(place * (json.Length - 1))] = value;

        return json[..(int)(kept * json.Length)];
    }

    private static void ReadsOrRefuses(byte[] text)
    {
        LimitsReadResult<ConnectionLimits> result = ConnectionLimitsJson.Parse(text);

        Assert.InRange(result.Problems.Count, 0, LimitsReadOptions.MaxProblems + 1);
        Assert.Equal(result.Limits is null, result.Problems.Any(problem => problem.IsError));
        Assert.All(result.Problems, problem => Assert.True(problem.Line >= 1 && problem.Column >= 1, problem.ToString()));
        if (result.Limits is null)
            return;

        // What was understood makes a manager, and can be written and understood again.
        using ResourceManager manager = AdmissionManagers.CreateLimited(result.Limits);
        Assert.Equal(result.Limits, ConnectionLimitsJson.Read(ConnectionLimitsJson.ToText(result.Limits)));
    }

    private static Gen<string> Object(Gen<string> names, Gen<string> values) =>
        Gen.Select(names, values).Array[0, 3].Select(members =>
            "{" + string.Join(',', members.DistinctBy(member => member.Item1).Select(member => $"\"{member.Item1}\":{member.Item2}")) + "}");
}
