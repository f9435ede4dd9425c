using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rcmgr.Hosting.Tests;

/// <summary>Limits by address from a file, the configuration and code, and their reload.</summary>
public sealed class ConnectionLimitsTests : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_settings_they_are_the_published_ones()
    {
        using ServiceProvider provider = new ServiceCollection().AddResourceManager().BuildServiceProvider();

        Assert.Equal(ConnectionLimits.Default, provider.GetRequiredService<ResourceManager>().ConnectionLimits);
    }

    [Fact]
    public void The_file_comes_before_the_section_and_the_section_before_code()
    {
        string file = _folder.Write("addresses.json", """{ "SubnetsIPv4": { "/32": 1 } }""");
        using ServiceProvider provider = Start(
            options => (options.ConnectionLimitsFile, options.ConnectionLimits) =
                (file, ConnectionLimits.None with { SubnetsIPv4 = [new(32, 3), new(24, 3), new(16, 3)], IncludeOutbound = true }),
            out LimitsReloader reloader,
            ("ConnectionLimits:SubnetsIPv4:/32", "2"),
            ("ConnectionLimits:SubnetsIPv4:/24", "2"));

        Assert.Equal(
            ConnectionLimits.None with { SubnetsIPv4 = [new(32, 1), new(24, 2), new(16, 3)], IncludeOutbound = true },
            reloader.Manager.ConnectionLimits);
    }

    [Fact]
    public void A_section_holds_them_in_the_form_of_the_file_also_IPv6_networks()
    {
        using ServiceProvider provider = Start(
            static _ => { },
            out LimitsReloader reloader,
            ("ConnectionLimits:Profile", "none"),
            ("ConnectionLimits:SubnetsIPv6:/48", "unlimited"),
            ("ConnectionLimits:Networks:fc00::/7", "10"),
            ("ConnectionLimits:Networks:10.0.0.0/8", "20"),
            ("ConnectionLimits:NetworkRates:fc00::/7:PerSecond", "0.5"),
            ("ConnectionLimits:NetworkRates:fc00::/7:Burst", "7"),
            ("ConnectionLimits:NetworkRates:fe80::/10", "unlimited"),
            ("ConnectionLimits:GlobalRate:PerSecond", "100"),
            ("ConnectionLimits:GlobalRate:Burst", "200"),
            ("ConnectionLimits:IncludeOutbound", "True"));

        Assert.Equal(
            ConnectionLimits.None with
            {
                SubnetsIPv6 = [new(48, ResourceLimits.Unlimited)],
                Networks = [new(IPNetwork.Parse("10.0.0.0/8"), 20), new(IPNetwork.Parse("fc00::/7"), 10)],
                NetworkRates = [new(IPNetwork.Parse("fc00::/7"), new(0.5, 7)), new(IPNetwork.Parse("fe80::/10"), ConnectionRate.Unlimited)],
                GlobalRate = new(100, 200),
                IncludeOutbound = true,
            },
            reloader.Manager.ConnectionLimits);
    }

    [Fact]
    public void A_file_of_settings_in_json_holds_them_as_it_would_stand_in_their_own_file()
    {
        const string Written = """{ "Profile": "private", "Networks": { "fc00::/7": 5 }, "RatesIPv4": { "/32": { "PerSecond": 0.25, "Burst": 9 } }, "ExemptLoopback": false }""";
        string settings = _folder.Write("settings.json", $$"""{ "ConnectionLimits": {{Written}} }""");
        IConfigurationRoot configuration = new ConfigurationBuilder().AddJsonFile(settings).Build();
        using ServiceProvider provider = new ServiceCollection().AddResourceManager(configuration).BuildServiceProvider();

        Assert.Equal(ConnectionLimitsJson.Read(Written), provider.GetRequiredService<ResourceManager>().ConnectionLimits);
    }

    [Theory]
    [InlineData("ConnectionLimits:SubnetIPv4:/32", "1", "the section ConnectionLimits: $.SubnetIPv4: there is no such section; did you mean \"SubnetsIPv4\"?")]
    [InlineData("ConnectionLimits:SubnetsIPv4:/33", "1", "$.SubnetsIPv4[\"/33\"]: the prefix length 33 is not one of an IPv4 address")]
    [InlineData("ConnectionLimits:SubnetsIPv4:/32", "many", "$.SubnetsIPv4[\"/32\"]: an integer")]
    [InlineData("ConnectionLimits:SubnetsIPv4:/32", null, "$.SubnetsIPv4[\"/32\"]: null has no meaning here")]
    [InlineData("ConnectionLimits:GlobalRate:PerSecond", "1", "$.GlobalRate: Burst is missing")]
    [InlineData("ConnectionLimitsFile", "/no/such/file", "/no/such/file: ")]
    public void A_host_does_not_start_with_limits_that_cannot_be_used(string key, string? value, string problem)
    {
        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => Start(static _ => { }, out _, (key, value)));

        Assert.Contains(problem, Assert.Single(e.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_of_the_code_that_cannot_be_meant_are_named()
    {
        OptionsValidationException e = Assert.Throws<OptionsValidationException>(
            () => Start(options => options.ConnectionLimits = ConnectionLimits.None with { SubnetsIPv4 = [new(40, 1)] }, out _));

        Assert.StartsWith("the option ConnectionLimits: $: the prefix length 40", Assert.Single(e.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_file_is_planned_in_the_log_then_applied_and_nothing_is_evicted()
    {
        using ServiceProvider provider = StartWithFile("""{ "SubnetsIPv4": { "/32": 3 } }""", out LimitsReloader reloader);
        using ConnectionScope first = reloader.Manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, Address);
        using ConnectionScope second = reloader.Manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, Address);
        _log.Take(LogLevel.None);

        _folder.Write("addresses.json", """{ "SubnetsIPv4": { "/32": 1 } }""");
        CheckUntilTaken(reloader);

        Assert.Equal([new SubnetLimit(32, 1)], reloader.Manager.ConnectionLimits.SubnetsIPv4);
        Assert.Equal(2, reloader.Manager.System.Usage.ConnectionsInbound);
        Assert.False(reloader.Manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: false, Address, out _, out Refusal refusal));
        Assert.Equal((2L, 1L), (refusal.Current, refusal.Limit));
        Assert.Equal(
            [
                "Limit changes: ConnectionLimits.SubnetsIPv4[/32].Connections: 3 -> 1",
                "The limits by address in force are now 1 rules different; 1 subnets are above them",
            ],
            _log.Take(LogLevel.Information));
    }

    [Fact]
    public void Subnets_over_their_new_limits_are_named_in_the_log()
    {
        using ServiceProvider provider = StartWithFile("{}", out LimitsReloader reloader);
        using ConnectionScope first = reloader.Manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, Address);
        _log.Take(LogLevel.None);

        _folder.Write("addresses.json", """{ "Networks": { "192.0.2.0/24": 0 } }""");
        CheckUntilTaken(reloader);

        Assert.Equal(
            ["Over its new limit, keeps what it holds and refuses until enough is released: address:192.0.2.0/24: 1 in use, 0 allowed by ConnectionLimits.Networks[192.0.2.0/24].Connections"],
            _log.Take(LogLevel.Warning));
    }

    [Fact]
    public void A_bad_file_changes_nothing_not_even_what_is_right_in_the_other_file()
    {
        string scopes = _folder.Write("limits.json", """{ "System": { "FD": 1 } }""");
        string addresses = _folder.Write("addresses.json", "{}");
        using ServiceProvider provider = Start(
            options => (options.LimitsFile, options.ConnectionLimitsFile) = (scopes, addresses), out LimitsReloader reloader);
        ConnectionLimits before = reloader.Manager.ConnectionLimits;

        _folder.Write("limits.json", """{ "System": { "FD": 2 } }""");
        _folder.Write("addresses.json", """{ "Sistem": {}, "SubnetsIPv4": { "/32": null } }""");
        CheckUntilTaken(reloader);
        CheckUntilTaken(reloader);

        Assert.Same(before, reloader.Manager.ConnectionLimits);
        Assert.Equal(1, reloader.Manager.Limits.System.FileDescriptors);
        string report = Assert.Single(_log.Take(LogLevel.Error));
        Assert.Contains("2 errors", report, StringComparison.Ordinal);
        Assert.Contains($"{addresses}: $.SubnetsIPv4[\"/32\"] (line 1, column 41)", report, StringComparison.Ordinal);

        _folder.Write("addresses.json", """{ "SubnetsIPv4": { "/32": 5 } }""");
        CheckUntilTaken(reloader);
        Assert.Equal([new SubnetLimit(32, 5)], reloader.Manager.ConnectionLimits.SubnetsIPv4);
        Assert.Equal(2, reloader.Manager.Limits.System.FileDescriptors);
    }

    [Fact]
    public void A_manager_that_cannot_change_them_is_left_alone_and_the_log_says_so()
    {
        string file = _folder.Write("addresses.json", "{}");
        using ServiceProvider provider = Start(
            options => (options.ConnectionLimitsFile, options.CreateManager) = (file, made => new ResourceManager(made.Limits)), out LimitsReloader reloader);

        _folder.Write("addresses.json", """{ "SubnetsIPv4": { "/32": 5 } }""");
        CheckUntilTaken(reloader);
        CheckUntilTaken(reloader);

        Assert.Equal(ConnectionLimits.None, reloader.Manager.ConnectionLimits);
        Assert.Contains("ConnectionLimitsMayChange", Assert.Single(_log.Take(LogLevel.Warning)), StringComparison.Ordinal);
    }

    private static void CheckUntilTaken(LimitsReloader reloader)
    {
        reloader.Check();
        reloader.Check();
    }

    private ServiceProvider StartWithFile(string limits, out LimitsReloader reloader)
    {
        string file = _folder.Write("addresses.json", limits);
        return Start(options => options.ConnectionLimitsFile = file, out reloader);
    }

    private ServiceProvider Start(
        Action<ResourceManagerHostingOptions> configure, out LimitsReloader reloader, params (string Key, string? Value)[] settings)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();
        ServiceProvider provider = new ServiceCollection()
            .AddSingleton<ILogger<ResourceManager>>(_log)
            .AddResourceManager(configuration)
            .Configure(configure)
            .BuildServiceProvider();
        reloader = provider.GetRequiredService<LimitsReloader>();
        return provider;
    }
}
