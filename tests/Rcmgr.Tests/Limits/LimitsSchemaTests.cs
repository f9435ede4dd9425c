using System.Text.Json;
using CsCheck;

namespace Rcmgr.Tests.Limits;

public sealed class LimitsSchemaTests
{
    private static readonly SchemaValidator Schema = new(LimitsJson.Schema);

    private static readonly Gen<string> Names = Gen.OneOf("a", "/x/1.0.0", "Streams", "System", "p");

    private static readonly Gen<string> SectionNames =
        Gen.OneOf([.. LimitSection.All.Select(section => section.Name), "system", "Sistem", "Conns", "$schema"]);

    private static readonly Gen<string> FieldNames =
        Gen.OneOf([.. LimitFields.All.Select(field => field.Name()), "streams", "Bananas"]);

    private static readonly Gen<string> Values = Gen.OneOf(
        "0", "1", "5000", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "-1", "-2", "-3", "null", "true", "1.5", "{}", "[]",
        "\"default\"", "\"unlimited\"", "\"blockAll\"", "\"Unlimited\"", "\"5\"", "\"05\"", "\"+5\"", "\"-1\"", "\"\"", "\"1GiB\"");

    private static readonly Gen<string> Limits = Object(FieldNames, Values);

    private static readonly Gen<string> Texts = Object(SectionNames, Gen.OneOf(Limits, Object(Names, Gen.OneOf(Limits, Values)), Values));

    [Fact]
    public void The_schema_and_the_reader_accept_the_same_texts() => Texts.Sample(
        json =>
        {
            // The schema cannot compare limits with each other, nor can it see a name that is repeated.
            bool reads = !LimitsJson.Parse(json).Problems.Any(problem =>
                problem.Error is not (LimitsFormatError.Contradiction or LimitsFormatError.NoEffect or LimitsFormatError.Duplicate));
            return reads == Schema.Accepts(json);
        },
        iter: 20_000);

    [Fact]
    public void The_schema_accepts_everything_that_is_written() => LimitGenerators.ConcreteManager.Sample(limits =>
        LimitsJson.Parse(LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(limits))).Problems.Any(problem => problem.Error == LimitsFormatError.Range)
        || Schema.Accepts(LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(limits))));

    [Fact]
    public void The_schema_describes_every_section_and_every_limit_in_their_order()
    {
        using JsonDocument schema = JsonDocument.Parse(LimitsJson.Schema);

        Assert.Equal(["$schema", .. LimitSection.All.Select(section => section.Name)], Described(schema.RootElement));
        Assert.Equal(
            LimitFields.All.Select(field => field.Name()),
            Described(schema.RootElement.GetProperty("$defs").GetProperty("limits")));
    }

    private static IEnumerable<string> Described(JsonElement schema) =>
        schema.GetProperty("properties").EnumerateObject().Where(property => property.Value.TryGetProperty("description", out _)).Select(property => property.Name);

    private static Gen<string> Object(Gen<string> names, Gen<string> values) =>
        Gen.Select(names, values).Array[0, 3].Select(members =>
            "{" + string.Join(',', members.DistinctBy(member => member.Item1).Select(member => $"\"{member.Item1}\":{member.Item2}")) + "}");
}
