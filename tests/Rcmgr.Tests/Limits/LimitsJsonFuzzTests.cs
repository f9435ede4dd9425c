using System.Text;
using CsCheck;

namespace Rcmgr.Tests.Limits;

public sealed class LimitsJsonFuzzTests
{
    private static readonly LimitsReadOptions[] Modes =
    [
        new() { Lenient = true },
        new(),
        new() { Defaults = ScalingLimits.DefaultWithServices.Scale(0, 0) },
    ];

    private static readonly Gen<string> Tokens = Gen.OneOf(
        "{", "}", "\"$schema\":", "\"Conns\":5,", "\"ConnsInbound\":9", "\"sistem\":{", "1e3", "[", "]", ",", ":", "\"", "\\", "null", "true", "-1", "-3", "0", "1e9", "9223372036854775808", "1.5",
        "\"System\":{", "\"Service\":{", "\"Peer\":{", "\"Memory\":", "\"Streams\":", "\"unlimited\"", "\"\\ud800\"", "\"x\":{",
        "\"-12\"", "\"+7\"", " ", "\u0000", "é", "/*", "\ufeff");

    [Fact]
    public void Random_bytes_give_limits_or_problems() => Gen.Byte.Array[0, 200].Sample(ReadsOrRefuses, iter: 5_000);

    [Fact]
    public void Random_tokens_give_limits_or_problems() =>
        Tokens.Array[0, 40].Select(tokens => Encoding.UTF8.GetBytes(string.Concat(tokens))).Sample(ReadsOrRefuses, iter: 5_000);

    [Fact]
    public void Mutated_limits_give_limits_or_problems()
    {
        Gen<byte[]> mutated =
            from limits in LimitGenerators.PartialManager
            from edits in Gen.Select(Gen.Double[0, 1], Gen.Byte).Array[1, 5]
            from kept in Gen.Double[0, 1]
            from cut in Gen.Bool
            select Mutate(Encoding.UTF8.GetBytes(LimitsJson.ToText(limits)), edits, cut ? kept : 1);

        mutated.Sample(ReadsOrRefuses, iter: 2_000);
    }

    private static byte[] Mutate(byte[] json, (double Place, byte Value)[] edits, double kept)
    {
        foreach ((double place, byte value) in edits)
            json[(int)(place * (json.Length - 1))] = value;

        return json[..(int)(kept * json.Length)];
    }

    private static void ReadsOrRefuses(byte[] text)
    {
        foreach (LimitsReadOptions options in Modes)
            ReadsOrRefuses(text, options);
    }

    private static void ReadsOrRefuses(byte[] text, LimitsReadOptions options)
    {
        LimitsReadResult<PartialResourceManagerLimits> result = LimitsJson.Parse(text, options);

        Assert.InRange(result.Problems.Count, 0, LimitsReadOptions.MaxProblems + 1);
        Assert.Equal(result.Limits is null, result.Problems.Any(problem => problem.IsError));
        Assert.All(result.Problems, problem => Assert.True(problem.Line >= 1 && problem.Column >= 1, problem.ToString()));
        if (result.Limits is null)
            return;

        // What was understood can also be written and understood again, and what is strictly right is leniently the same.
        Assert.Equal(result.Limits, LimitsJson.Read(LimitsJson.ToText(result.Limits), options));
        Assert.Equal(result.Limits, LimitsJson.Read(text, options with { Lenient = true }));
    }
}
