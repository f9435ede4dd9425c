using CsCheck;

namespace Rcmgr.Tests.Limits;

public sealed class PartialLimitsTests
{
    [Fact]
    public void Every_form_of_a_value_builds_as_specified()
    {
        Assert.Equal(5, LimitValue.Default.Build(5));
        Assert.Equal(ResourceLimits.Unlimited, LimitValue.Unlimited.Build(5));
        Assert.Equal(0, LimitValue.BlockAll.Build(5));
        Assert.Equal(7, LimitValue.Of(7).Build(5));
        Assert.True(LimitValue.Of(0).IsBlockAll);
        Assert.True(default(LimitValue).IsDefault);
        Assert.Throws<ArgumentOutOfRangeException>(() => LimitValue.Of(-1));
    }

    [Fact]
    public void A_value_is_of_one_form_and_reads_as_the_JSON_form_spells_it()
    {
        LimitValue[] values = [LimitValue.Default, LimitValue.Unlimited, LimitValue.BlockAll, LimitValue.Of(7)];

        Assert.Equal(["default", "unlimited", "blockAll", "7"], values.Select(value => value.ToString()));
        Assert.Equal([true, false, false, false], values.Select(value => value.IsDefault));
        Assert.Equal([false, true, false, false], values.Select(value => value.IsUnlimited));
        Assert.Equal([false, false, true, false], values.Select(value => value.IsBlockAll));
        Assert.Equal([null, null, null, 7], values.Select(value => value.Number));
    }

    [Fact]
    public void A_concrete_negative_limit_keeps_blocking_when_it_becomes_partial()
    {
        Assert.True(LimitValue.FromConcrete(-1).IsBlockAll);
        Assert.True(LimitValue.FromConcrete(-2).IsBlockAll);
        Assert.Equal(-3, LimitValue.FromConcrete(-3).Number);
    }

    [Fact]
    public void A_new_name_takes_the_built_default_of_its_class()
    {
        PartialResourceManagerLimits partial = new()
        {
            ServiceDefault = new PartialLimits { StreamsInbound = LimitValue.Of(5) },
            Service = new Dictionary<string, PartialLimits> { ["new"] = new() { Streams = LimitValue.Of(7) }, ["empty"] = new() },
        };

        ResourceManagerLimits built = partial.Build(ResourceManagerLimits.Infinite);

        Assert.Equal(ResourceLimits.AllowAll with { StreamsInbound = 5, Streams = 7 }, built.Service["new"]);
        Assert.Equal(ResourceLimits.AllowAll with { StreamsInbound = 5 }, built.Service["empty"]);
    }

    [Fact]
    public void A_name_of_the_defaults_is_not_reached_by_a_changed_class_default()
    {
        ResourceManagerLimits defaults = ScalingLimits.DefaultWithServices.Scale(0, 0);
        PartialResourceManagerLimits partial = new()
        {
            ServiceDefault = new PartialLimits { StreamsInbound = LimitValue.Of(5) },
            Service = new Dictionary<string, PartialLimits> { ["libp2p.identify"] = new() { Streams = LimitValue.Of(7) } },
        };

        ResourceManagerLimits built = partial.Build(defaults);

        Assert.Equal(defaults.Service["libp2p.ping"], built.Service["libp2p.ping"]);
        Assert.Equal(defaults.Service["libp2p.identify"] with { Streams = 7 }, built.Service["libp2p.identify"]);
    }

    [Fact]
    public void Nothing_given_builds_to_the_defaults() => LimitGenerators.ConcreteManager.Sample(
        defaults => new PartialResourceManagerLimits().Build(defaults).Equals(defaults));

    [Fact]
    public void Concrete_limits_survive_the_partial_form_over_any_defaults() =>
        Gen.Select(LimitGenerators.ConcreteManager, LimitGenerators.ConcreteManager).Sample((limits, defaults) =>
        {
            ResourceManagerLimits withoutNames = defaults with
            {
                Service = limits.Service,
                ServicePeer = limits.ServicePeer,
                Protocol = limits.Protocol,
                ProtocolPeer = limits.ProtocolPeer,
                Peer = limits.Peer,
            };
            return PartialResourceManagerLimits.FromConcrete(limits).Build(withoutNames).Equals(limits);
        });

    [Fact]
    public void Apply_fills_only_what_is_open() =>
        Gen.Select(LimitGenerators.Partial, LimitGenerators.Partial, LimitGenerators.Concrete).Sample((mine, other, defaults) =>
            mine.Apply(other).Build(defaults) == mine.Build(other.Build(defaults)));

    [Fact]
    public void Apply_is_associative_for_one_scope() =>
        Gen.Select(LimitGenerators.Partial, LimitGenerators.Partial, LimitGenerators.Partial).Sample((a, b, c) =>
            a.Apply(b).Apply(c) == a.Apply(b.Apply(c)));

    [Fact]
    public void Apply_with_nothing_on_the_left_copies_the_right() => LimitGenerators.PartialManager.Sample(
        limits => new PartialResourceManagerLimits().Apply(limits).Equals(limits));

    [Fact]
    public void Apply_fills_names_from_the_same_name_or_from_the_class_default_of_the_result()
    {
        PartialResourceManagerLimits mine = new()
        {
            Protocol = new Dictionary<string, PartialLimits> { ["both"] = Streams(1), ["mine"] = Streams(2) },
        };
        PartialResourceManagerLimits other = new()
        {
            ProtocolDefault = new PartialLimits { Memory = LimitValue.Of(3) },
            Protocol = new Dictionary<string, PartialLimits>
            {
                ["both"] = new() { Streams = LimitValue.Of(9), FileDescriptors = LimitValue.Of(4) },
                ["other"] = Streams(5),
            },
        };

        IReadOnlyDictionary<string, PartialLimits> applied = mine.Apply(other).Protocol;

        Assert.Equal(Streams(1) with { FileDescriptors = LimitValue.Of(4) }, applied["both"]);
        Assert.Equal(Streams(2) with { Memory = LimitValue.Of(3) }, applied["mine"]);
        Assert.Equal(Streams(5), applied["other"]);
    }

    [Fact]
    public void Null_is_named_as_the_argument_that_it_is()
    {
        Assert.Equal("limits", Assert.Throws<ArgumentNullException>(() => PartialLimits.FromConcrete(null!)).ParamName);
        Assert.Equal("defaults", Assert.Throws<ArgumentNullException>(() => new PartialLimits().Build(null!)).ParamName);
        Assert.Equal("other", Assert.Throws<ArgumentNullException>(() => new PartialLimits().Apply(null!)).ParamName);
        Assert.Equal("limits", Assert.Throws<ArgumentNullException>(() => PartialResourceManagerLimits.FromConcrete(null!)).ParamName);
        Assert.Equal("defaults", Assert.Throws<ArgumentNullException>(() => new PartialResourceManagerLimits().Build(null!)).ParamName);
        Assert.Equal("other", Assert.Throws<ArgumentNullException>(() => new PartialResourceManagerLimits().Apply(null!)).ParamName);
    }

    private static PartialLimits Streams(long limit) => new() { Streams = LimitValue.Of(limit) };
}
