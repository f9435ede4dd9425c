using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Rcmgr.Hosting.Tests;

public sealed class AddResourceManagerTests
{
    private const long GiB = 1L << 30;

    private static readonly ResourceManagerLimits Scaled = ScalingLimits.DefaultWithServices.Scale(GiB, 500);

    [Fact]
    public void Without_settings_the_limits_are_those_of_the_machine()
    {
        using ServiceProvider provider = new ServiceCollection().AddResourceManager().BuildServiceProvider();

        Assert.Equal(ScalingLimits.DefaultWithServices.AutoScale().Limits, provider.GetRequiredService<ResourceManager>().Limits);
        Assert.Same(provider.GetRequiredService<ResourceManager>(), provider.GetRequiredService<ResourceManager>());
    }

    [Fact]
    public void The_file_comes_before_the_section_and_the_section_before_code_and_code_before_the_defaults()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("limits.json", """{ "System": { "Conns": 1 } }""");
        using ServiceProvider provider = Services(
            ("LimitsFile", file), ("Limits:System:Conns", "2"), ("Limits:System:FD", "2"))
            .Configure<ResourceManagerHostingOptions>(options => options.Limits = new PartialResourceManagerLimits
            {
                System = new PartialLimits { Connections = LimitValue.Of(3), FileDescriptors = LimitValue.Of(3), Streams = LimitValue.Of(3) },
            })
            .BuildServiceProvider();

        ResourceManagerLimits limits = provider.GetRequiredService<ResourceManager>().Limits;

        Assert.Equal(Scaled with { System = Scaled.System with { Connections = 1, FileDescriptors = 2, Streams = 3 } }, limits);
    }

    [Fact]
    public void A_section_holds_limits_in_the_form_of_a_limits_file()
    {
        using ServiceProvider provider = Services(
            ("Limits:System:Memory", "536870912"),
            ("Limits:System:StreamsOutbound", "unlimited"),
            ("Limits:Protocol:/ipfs/kad/1.0.0:StreamsInbound", "200"),
            ("Limits:Service:a", null),
            ("Limits:Peer:12D3KooW:Conns", "blockAll")).BuildServiceProvider();

        ResourceManagerLimits limits = provider.GetRequiredService<ResourceManager>().Limits;

        Assert.Equal(536870912, limits.System.Memory);
        Assert.Equal(ResourceLimits.Unlimited, limits.System.StreamsOutbound);
        Assert.Equal(200, limits.Protocol["/ipfs/kad/1.0.0"].StreamsInbound);
        Assert.Equal(limits.ServiceDefault, limits.Service["a"]);
        Assert.Equal(0, limits.Peer[new PeerKey("12D3KooW")].Connections);
    }

    [Theory]
    [InlineData("Limits:Sistem:Conns", "1", "the section Limits: $.Sistem: there is no such section; did you mean \"System\"?")]
    [InlineData("Limits:System:Conns", "many", "$.System.Conns: an integer")]
    [InlineData("Limits:System:Conns", null, "$.System.Conns: null has no meaning here")]
    [InlineData("Limits:System:Conns", "-7", "$.System.Conns: a negative limit allows nothing")]
    [InlineData("Limits:Protocol:/a:b:Streams", "1", "$.Protocol[\"/a\"].b: there is no such limit")]
    [InlineData("LimitFile", "x", "Rcmgr:LimitFile: 'x' cannot be used; the settings are LimitsFile, ")]
    [InlineData("LimitsFile", "/no/such/file", "/no/such/file: ")]
    [InlineData("Memory", "1GiB", "Rcmgr:Memory: '1GiB' cannot be used")]
    [InlineData("CheckInterval", "00:00:00", "CheckInterval: 00:00:00 is not between")]
    public async Task A_host_does_not_start_with_settings_that_cannot_be_used(string key, string? value, string problem)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddResourceManager(Section((key, value)));
        using IHost host = builder.Build();

        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(problem, Assert.Single(e.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_of_a_file_are_named_at_once_with_their_places()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("limits.json", "{ \"Sistem\": {},\n \"System\": { \"Conns\": \"5\" } }");
        using ServiceProvider provider = new ServiceCollection().AddResourceManager(file).BuildServiceProvider();

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<ResourceManager>);

        Assert.Equal(
            [$"{file}: $.Sistem (line 1, column 3)", $"{file}: $.System.Conns (line 2, column 23)"],
            e.Failures.Select(failure => failure[..(failure.IndexOf(')', StringComparison.Ordinal) + 1)]));
    }

    [Fact]
    public void A_file_from_elsewhere_is_read_leniently_on_demand()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("limits.json", """{ "system": { "Conns": 5, "ConnsInbound": 9, "Bananas": 1 } }""");
        using ServiceProvider provider = new ServiceCollection()
            .AddResourceManager(options => (options.LimitsFile, options.Lenient) = (file, true)).BuildServiceProvider();

        Assert.Equal(5, provider.GetRequiredService<ResourceManager>().Limits.System.Connections);
    }

    [Fact]
    public void The_manager_can_be_made_by_the_host()
    {
        Allowlist allowlist = new();
        using ServiceProvider provider = new ServiceCollection()
            .AddResourceManager(options => options.CreateManager = made => new ResourceManager(made with { Allowlist = allowlist })).BuildServiceProvider();

        Assert.Same(allowlist, provider.GetRequiredService<ResourceManager>().Allowlist);
    }

    private static IServiceCollection Services(params (string Key, string? Value)[] settings) =>
        new ServiceCollection().AddResourceManager(Section([.. settings, ("Memory", $"{8 * GiB}"), ("FileDescriptors", "1000")]));

    private static IConfigurationSection Section(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Rcmgr:{setting.Key}", setting.Value)))
            .Build()
            .GetSection("Rcmgr");
}
