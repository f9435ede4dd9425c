using System.Net;
using CsCheck;

namespace Rcmgr.Tests.Admission;

public sealed class ConnectionLimitsJsonTests
{
    [Fact]
    public void What_is_left_out_comes_from_the_profile_and_what_is_written_replaces_its_rule()
    {
        ConnectionLimits limits = ConnectionLimitsJson.Read("""
            {
              "$schema": "connection-limits.schema.json",
              "Profile": "private",
              "SubnetsIPv4": { "/32": 20, "/24": "unlimited" },
              "SubnetsIPv6": { "/56": "default", "/48": "blockAll" },
              "Networks": { "2001:db8:7:100::/56": 2000, "10.0.0.0/8": 100 },
              "RatesIPv4": { "/32": "unlimited" },
              "NetworkRates": { "2001:db8:7:100::/56": { "PerSecond": 50, "Burst": 500 } },
              "GlobalRate": { "PerSecond": 200, "Burst": 1000 },
              "ExemptLoopback": false,
              "IncludeOutbound": true
            }
            """);

        IPNetwork pods = IPNetwork.Parse("2001:db8:7:100::/56");
        ConnectionLimits below = ConnectionLimits.PrivateNetwork;
        Assert.Equal(
            below with
            {
                SubnetsIPv4 = [new(32, 20), new(24, ResourceLimits.Unlimited)],
                SubnetsIPv6 = [new(56, 8), new(48, 0)],
                Networks = [new(IPNetwork.Parse("10.0.0.0/8"), 100), .. below.Networks.Skip(1), new(pods, 2000)],
                RatesIPv4 = [new(32, ConnectionRate.Unlimited)],
                NetworkRates = [.. below.NetworkRates, new(pods, new(50, 500))],
                GlobalRate = new(200, 1000),
                ExemptLoopback = false,
                IncludeOutbound = true,
            },
            limits);
    }

    [Fact]
    public void Without_a_profile_it_is_read_over_what_the_reader_has()
    {
        ConnectionLimits below = ConnectionLimits.None with { GlobalRate = new(1, 2), IncludeOutbound = true };

        Assert.Equal(below with { SubnetsIPv4 = [new(24, 3)] }, ConnectionLimitsJson.Read("""{"SubnetsIPv4":{"/24":3}}""", below));
        Assert.Equal(ConnectionLimits.Default, ConnectionLimitsJson.Read("{}"));
        Assert.Equal(ConnectionLimits.Default, ConnectionLimitsJson.Read("""{"Profile":"default"}""", below));
    }

    [Fact]
    public void Peers_that_share_an_address_raise_what_is_left_out() => Assert.Equal(
        ConnectionLimits.Default.WithPeersPerAddress(5) with { SubnetsIPv4 = [new(32, 11)] },
        ConnectionLimitsJson.Read("""{"SubnetsIPv4":{"/32":11},"PeersPerAddress":5}"""));

    [Theory]
    [InlineData("""{"SubnetIPv4":{"/32":1}}""", LimitsFormatError.UnknownName, "$.SubnetIPv4", 2, "\"SubnetsIPv4\"")]
    [InlineData("""{"System":{"Conns":1}}""", LimitsFormatError.UnknownName, "$.System", 2, null)]
    [InlineData("""{"SubnetsIPv4":{"32":1}}""", LimitsFormatError.UnknownName, "$.SubnetsIPv4[\"32\"]", 17, "write \"/32\"")]
    [InlineData("""{"SubnetsIPv4":{"/032":1}}""", LimitsFormatError.UnknownName, "$.SubnetsIPv4[\"/032\"]", 17, null)]
    [InlineData("""{"SubnetsIPv4":{"/33":1}}""", LimitsFormatError.Range, "$.SubnetsIPv4[\"/33\"]", 17, null)]
    [InlineData("""{"RatesIPv6":{"/129":"unlimited"}}""", LimitsFormatError.Range, "$.RatesIPv6[\"/129\"]", 15, null)]
    [InlineData("""{"SubnetsIPv4":{"/32":1,"/32":2}}""", LimitsFormatError.Duplicate, "$.SubnetsIPv4[\"/32\"]", 25, null)]
    [InlineData("""{"SubnetsIPv4":{"/32":"8"}}""", LimitsFormatError.Type, "$.SubnetsIPv4[\"/32\"]", 23, "write 8 without")]
    [InlineData("""{"SubnetsIPv4":{"/32":null}}""", LimitsFormatError.Null, "$.SubnetsIPv4[\"/32\"]", 23, "leave the limit out")]
    [InlineData("""{"SubnetsIPv4":{"/32":-5}}""", LimitsFormatError.Range, "$.SubnetsIPv4[\"/32\"]", 23, "\"blockAll\"")]
    [InlineData("""{"SubnetsIPv4":8}""", LimitsFormatError.Type, "$.SubnetsIPv4", 16, null)]
    [InlineData("""{"Networks":{"192.0.2.7":1}}""", LimitsFormatError.UnknownName, "$.Networks[\"192.0.2.7\"]", 14, "write \"192.0.2.7/32\"")]
    [InlineData("""{"Networks":{"example.org":1}}""", LimitsFormatError.UnknownName, "$.Networks[\"example.org\"]", 14, null)]
    [InlineData("""{"Networks":{"10.0.0.0/8":1,"::ffff:10.0.0.0/104":2}}""", LimitsFormatError.Duplicate, "$.Networks[\"::ffff:10.0.0.0/104\"]", 29, null)]
    [InlineData("""{"Networks":{"127.0.0.0/8":1}}""", LimitsFormatError.NoEffect, "$.Networks[\"127.0.0.0/8\"]", 14, null)]
    [InlineData("""{"RatesIPv4":{"/32":{"PerSecond":1}}}""", LimitsFormatError.Missing, "$.RatesIPv4[\"/32\"]", 15, "write both")]
    [InlineData("""{"RatesIPv4":{"/32":{"PerSecond":1,"Burst":1,"Burts":1}}}""", LimitsFormatError.UnknownName, "$.RatesIPv4[\"/32\"].Burts", 46, "\"Burst\"")]
    [InlineData("""{"RatesIPv4":{"/32":{"PerSecond":"0.2","Burst":1}}}""", LimitsFormatError.Type, "$.RatesIPv4[\"/32\"].PerSecond", 34, "without quotation marks")]
    [InlineData("""{"RatesIPv4":{"/32":{"PerSecond":-1,"Burst":1}}}""", LimitsFormatError.Range, "$.RatesIPv4[\"/32\"]", 15, null)]
    [InlineData("""{"RatesIPv4":{"/32":{"PerSecond":0.000001,"Burst":999999}}}""", LimitsFormatError.Range, "$.RatesIPv4[\"/32\"]", 15, null)]
    [InlineData("""{"RatesIPv4":{"/32":"Unlimited"}}""", LimitsFormatError.Type, "$.RatesIPv4[\"/32\"]", 21, "\"unlimited\"")]
    [InlineData("""{"GlobalRate":5}""", LimitsFormatError.Type, "$.GlobalRate", 15, "\"PerSecond\"")]
    [InlineData("""{"GlobalRate":{"PerSecond":1e99,"Burst":1}}""", LimitsFormatError.Range, "$.GlobalRate", 2, null)]
    [InlineData("""{"ExemptLoopback":"true"}""", LimitsFormatError.Type, "$.ExemptLoopback", 19, "write true without")]
    [InlineData("""{"IncludeOutbound":null}""", LimitsFormatError.Type, "$.IncludeOutbound", 20, null)]
    [InlineData("""{"Profile":"privat"}""", LimitsFormatError.Type, "$.Profile", 12, "\"private\"")]
    [InlineData("""{"PeersPerAddress":0}""", LimitsFormatError.Range, "$.PeersPerAddress", 20, null)]
    [InlineData("""{"Profile":"none","Profile":"default"}""", LimitsFormatError.Duplicate, "$.Profile", 19, "one section")]
    [InlineData("""{"Profile":"none"}}""", LimitsFormatError.Syntax, "$", 19, null)]
    public void What_surely_does_not_do_what_its_author_meant_is_an_error(
        string json, LimitsFormatError error, string path, int column, string? suggestion)
    {
        LimitsReadResult<ConnectionLimits> result = ConnectionLimitsJson.Parse(json);

        LimitsProblem problem = Assert.Single(result.Problems);
        Assert.True(problem.IsError);
        Assert.Equal((error, path, 1, column), (problem.Error, problem.Path, problem.Line, problem.Column));
        if (suggestion is null)
            Assert.Null(problem.Suggestion);
        else
            Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
        Assert.Null(result.Limits);
    }

    [Theory]
    [InlineData("""{"globalrate":"unlimited"}""", "$.GlobalRate", "write \"GlobalRate\"")]
    [InlineData("""{"Networks":{"FC00::/7":5}}""", "$.Networks[\"FC00::/7\"]", "write \"fc00::/7\"")]
    [InlineData("""{"Networks":{"10.0.0.1/8":5}}""", "$.Networks[\"10.0.0.1/8\"]", "write \"10.0.0.0/8\"")]
    [InlineData("""{"SubnetsIPv4":{"/32":-1}}""", "$.SubnetsIPv4[\"/32\"]", "\"unlimited\"")]
    [InlineData("""{"GlobalRate":{"PerSecond":0,"Burst":1}}""", "$.GlobalRate.PerSecond", "\"unlimited\"")]
    [InlineData("""{"GlobalRate":{"persecond":1,"Burst":1}}""", "$.GlobalRate.PerSecond", "\"PerSecond\"")]
    public void What_may_be_on_purpose_is_a_warning(string json, string path, string suggestion)
    {
        LimitsReadResult<ConnectionLimits> result = ConnectionLimitsJson.Parse(json);

        LimitsProblem problem = Assert.Single(result.Problems);
        Assert.Equal((false, LimitsFormatError.Spelling, path), (problem.IsError, problem.Error, problem.Path));
        Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
        Assert.NotNull(result.Limits);
    }

    [Fact]
    public void All_problems_are_told_at_once_with_their_places()
    {
        LimitsReadResult<ConnectionLimits> result = ConnectionLimitsJson.Parse(
            "{\n  \"Subnets\": {},\n  \"RatesIPv4\": { \"/32\": { \"PerSecond\": \"x\", \"Burst\": -9 } },\n  \"ExemptLoopback\": 1\n}");

        Assert.Equal(
            ["$.Subnets 2:3", "$.RatesIPv4[\"/32\"].PerSecond 3:40", "$.RatesIPv4[\"/32\"].Burst 3:54", "$.ExemptLoopback 4:21"],
            result.Problems.Select(problem => $"{problem.Path} {problem.Line}:{problem.Column}"));
        Assert.Equal(4, Assert.Throws<LimitsFormatException>(result.GetLimits).Problems.Count);
    }

    [Fact]
    public void What_is_wrong_with_what_is_below_the_text_is_told_at_its_beginning()
    {
        ConnectionLimits below = ConnectionLimits.None with { ExemptLoopback = false, Networks = [new(IPNetwork.Parse("127.0.0.0/8"), 1)] };

        LimitsProblem problem = Assert.Single(ConnectionLimitsJson.Parse("""{"ExemptLoopback":true}""", below).Problems);

        Assert.Equal(("$", 1, 1), (problem.Path, problem.Line, problem.Column));
        Assert.Contains("127.0.0.0/8", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_too_long_is_not_read() => Assert.Equal(
        LimitsFormatError.TooLarge,
        Assert.Single(ConnectionLimitsJson.Parse(new string(' ', LimitsReadOptions.DefaultMaxBytes + 1)).Problems).Error);

    [Fact]
    public void A_text_with_too_many_entries_is_not_read_to_its_end()
    {
        string entries = string.Join(',', Enumerable.Range(0, 10_001).Select(i => $"\"10.{i / 250}.{i % 250}.0/24\":1"));

        Assert.Equal(LimitsFormatError.TooLarge, Assert.Single(ConnectionLimitsJson.Parse($"{{\"Networks\":{{{entries}}}}}").Problems).Error);
    }

    [Fact]
    public void What_is_written_reads_back_the_same_over_whatever_it_is_read() =>
        Gen.Select(ConnectionLimitsGenerators.All, ConnectionLimitsGenerators.All, Gen.Bool).Sample((limits, below, indented) =>
        {
            string text = ConnectionLimitsJson.ToText(limits, indented);

            ConnectionLimits read = ConnectionLimitsJson.Read(text, below);

            Assert.Equal(limits, read);
            Assert.Equal(limits.GetHashCode(), read.GetHashCode());
            Assert.Equal(text, ConnectionLimitsJson.ToText(read, indented));
        }, iter: 2_000);

    [Theory]
    [InlineData("default")]
    [InlineData("private")]
    [InlineData("none")]
    public void A_profile_is_written_in_full_without_problems(string name)
    {
        ConnectionLimits profile = ConnectionLimitsNames.FindProfile(name)!;

        LimitsReadResult<ConnectionLimits> result = ConnectionLimitsJson.Parse(ConnectionLimitsJson.ToText(profile), ConnectionLimits.Default);

        Assert.Empty(result.Problems);
        Assert.Equal(profile, result.GetLimits());
    }

    [Fact]
    public void Limits_that_cannot_be_meant_are_not_written() =>
        Assert.Throws<ArgumentException>(() => ConnectionLimitsJson.ToText(ConnectionLimits.Default with { GlobalRate = new(double.NaN, 1) }));
}
