namespace Rcmgr.Tests.Limits;

public sealed class LimitContradictionsTests
{
    private static readonly LimitsReadOptions UpperPeers = new() { ParsePeer = text => new PeerKey(text.ToUpperInvariant()) };

    [Theory]
    [InlineData("Transient", "System")]
    [InlineData("ServiceDefault", "System")]
    [InlineData("ProtocolDefault", "System")]
    [InlineData("PeerDefault", "System")]
    [InlineData("AllowlistedTransient", "AllowlistedSystem")]
    [InlineData("ServicePeerDefault", "ServiceDefault")]
    [InlineData("ServicePeerDefault", "PeerDefault")]
    [InlineData("ProtocolPeerDefault", "ProtocolDefault")]
    [InlineData("ProtocolPeerDefault", "PeerDefault")]
    [InlineData("Conn", "PeerDefault")]
    [InlineData("Conn", "System")]
    [InlineData("Stream", "PeerDefault")]
    [InlineData("Stream", "System")]
    public void A_limit_may_be_what_its_parent_has_but_not_more(string child, string parent)
    {
        Assert.Empty(LimitsJson.Parse($$$"""{"{{{parent}}}":{"Memory":"5"},"{{{child}}}":{"Memory":"5"}}""").Problems);
        LimitsProblem problem = Assert.Single(LimitsJson.Parse($$$"""{"{{{parent}}}":{"Memory":"5"},"{{{child}}}":{"Memory":"6"}}""").Problems);

        Assert.Equal(($"$.{child}.Memory", $"raise {parent}.Memory or write at most 5"), (problem.Path, problem.Suggestion));
    }

    [Fact]
    public void The_system_scopes_have_no_parent() =>
        Assert.Empty(LimitsJson.Parse("""{"System":{"Memory":"5"},"AllowlistedSystem":{"Memory":"6"},"Transient":{"Memory":"5"}}""").Problems);

    [Theory]
    [InlineData("Service", "ServicePeer", "Service[\"s\"]")]
    [InlineData("Protocol", "ProtocolPeer", "Protocol[\"s\"]")]
    public void The_parent_of_a_named_entry_is_the_entry_of_the_same_name(string parent, string child, string key)
    {
        LimitsProblem problem = Assert.Single(LimitsJson.Parse(
            $$$$"""{"{{{{parent}}}}Default":{"Memory":"9"},"{{{{parent}}}}":{"s":{"Memory":"5"}},"{{{{child}}}}":{"s":{"Memory":"6"}}}""").Problems);

        Assert.Equal($"raise {key}.Memory or write at most 5", problem.Suggestion);
    }

    [Theory]
    [InlineData("Service", "ServicePeer")]
    [InlineData("Protocol", "ProtocolPeer")]
    public void The_parent_of_a_name_without_such_an_entry_is_its_class(string parent, string child)
    {
        LimitsProblem problem = Assert.Single(LimitsJson.Parse(
            $$$$"""{"{{{{parent}}}}Default":{"Memory":"5"},"{{{{child}}}}":{"s":{"Memory":"6"}}}""").Problems);

        Assert.Equal($"raise {parent}Default.Memory or write at most 5", problem.Suggestion);
    }

    [Theory]
    [InlineData("Service")]
    [InlineData("ServicePeer")]
    [InlineData("Protocol")]
    [InlineData("ProtocolPeer")]
    public void Connections_and_descriptors_are_never_charged_to_services_and_protocols(string section)
    {
        LimitsReadResult<PartialResourceManagerLimits> result = LimitsJson.Parse(
            $$$"""{"{{{section}}}":{"s":{"Conns":6,"FD":6,"Streams":6,"Memory":"6"}},"{{{section}}}Default":{"ConnsInbound":6}}""");

        Assert.Equal(
            [$"$.{section}[\"s\"].Conns", $"$.{section}[\"s\"].FD", $"$.{section}Default.ConnsInbound"],
            result.Problems.Select(problem => problem.Path));
        Assert.All(result.Problems, problem => Assert.Equal(LimitsFormatError.NoEffect, problem.Error));
    }

    [Fact]
    public void A_direction_may_be_what_both_directions_have_together() =>
        Assert.Empty(LimitsJson.Parse("""{"System":{"Conns":5,"ConnsInbound":5,"Streams":6,"StreamsOutbound":6}}""").Problems);

    [Fact]
    public void The_limits_of_a_peer_are_found_under_its_canonical_key()
    {
        LimitsProblem problem = Assert.Single(LimitsJson.Parse("""{"Peer":{"a":{"Streams":3,"StreamsInbound":4}}}""", UpperPeers).Problems);

        Assert.Equal((LimitsFormatError.Contradiction, "$.Peer[\"a\"].StreamsInbound"), (problem.Error, problem.Path));
    }

    [Fact]
    public void A_service_that_is_called_like_a_peer_is_not_mistaken_for_it()
    {
        LimitsProblem problem = Assert.Single(LimitsJson.Parse(
            """{"Peer":{"a":{}},"Service":{"a":{"Streams":3,"StreamsInbound":4}}}""", UpperPeers).Problems);

        Assert.Equal((LimitsFormatError.Contradiction, "$.Service[\"a\"].StreamsInbound"), (problem.Error, problem.Path));
    }

    [Fact]
    public void Limits_of_what_is_not_a_peer_id_are_not_compared()
    {
        LimitsProblem problem = Assert.Single(LimitsJson.Parse("""{"Peer":{"":{"Streams":3}}}""").Problems);

        Assert.Equal(LimitsFormatError.PeerId, problem.Error);
    }
}
