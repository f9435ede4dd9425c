using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Rcmgr.Hosting.Tests;

public sealed class LimitsReloadTests : IDisposable
{
    private static readonly PeerKey Alice = new("alice");

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_changed_file_is_planned_in_the_log_then_applied_and_nothing_is_evicted()
    {
        using ServiceProvider provider = Start("""{ "PeerDefault": { "Streams": 9, "StreamsInbound": 9 } }""", out LimitsReloader reloader);
        using StreamScope first = reloader.Manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope second = reloader.Manager.OpenStream(Alice, Direction.Inbound);
        _log.Take(LogLevel.None);

        _folder.Write("limits.json", """{ "PeerDefault": { "Streams": 9, "StreamsInbound": 1 } }""");
        CheckUntilTaken(reloader);

        Assert.Equal(1, reloader.Manager.Limits.PeerDefault.StreamsInbound);
        Assert.Equal(2, reloader.Manager.System.Usage.StreamsInbound);
        Assert.False(reloader.Manager.TryOpenStream(Alice, Direction.Inbound, out _, out _));
        Assert.Contains(_log.Take(LogLevel.Information), text => text == "Limit changes: PeerDefault.StreamsInbound: 9 -> 1");
    }

    [Fact]
    public void Live_scopes_over_their_new_limits_are_named_in_the_log()
    {
        using ServiceProvider provider = Start("{}", out LimitsReloader reloader);
        using StreamScope stream = reloader.Manager.OpenStream(Alice, Direction.Inbound);
        _log.Take(LogLevel.None);

        _folder.Write("limits.json", """{ "Peer": { "alice": { "Streams": 0 } } }""");
        CheckUntilTaken(reloader);

        Assert.Equal(
            ["Over its new limit, keeps what it holds and refuses until enough is released: peer:alice: Streams 1 in use, 0 allowed"],
            _log.Take(LogLevel.Warning));
    }

    [Fact]
    public void A_bad_file_changes_nothing_and_is_reported_once_with_all_its_problems()
    {
        using ServiceProvider provider = Start("{}", out LimitsReloader reloader);
        ResourceManagerLimits before = reloader.Manager.Limits;

        _folder.Write("limits.json", """{ "Sistem": {}, "System": { "Conns": null, "FD": 3 } }""");
        CheckUntilTaken(reloader);
        CheckUntilTaken(reloader);

        Assert.Same(before, reloader.Manager.Limits);
        string report = Assert.Single(_log.Take(LogLevel.Error));
        Assert.Contains("2 errors", report, StringComparison.Ordinal);
        Assert.Contains("$.Sistem (line 1, column 3): there is no such section", report, StringComparison.Ordinal);
        Assert.Contains("$.System.Conns", report, StringComparison.Ordinal);

        _folder.Write("limits.json", """{ "System": { "FD": 3 } }""");
        CheckUntilTaken(reloader);
        Assert.Equal(3, reloader.Manager.Limits.System.FileDescriptors);
    }

    [Fact]
    public void A_file_is_not_read_while_it_is_still_changing()
    {
        using ServiceProvider provider = Start("{}", out LimitsReloader reloader);
        string whole = """{ "System": { "FD": 3 } }""";
        for (int length = 1; length < whole.Length; length++)
        {
            _folder.Write("limits.json", whole[..length]);
            reloader.Check();
        }

        Assert.Empty(_log.Take(LogLevel.Error));
        _folder.Write("limits.json", whole);
        CheckUntilTaken(reloader);
        Assert.Equal(3, reloader.Manager.Limits.System.FileDescriptors);
    }

    [Fact]
    public void A_file_that_is_renamed_into_place_is_taken_up_even_when_it_is_older()
    {
        using ServiceProvider provider = Start("""{ "System": { "FD": 1 } }""", out LimitsReloader reloader);
        string saved = _folder.Write("limits.json.tmp", """{ "System": { "FD": 2 } }""");
        File.SetLastWriteTimeUtc(saved, File.GetLastWriteTimeUtc(_folder.File("limits.json")));

        File.Move(saved, _folder.File("limits.json"), overwrite: true);
        CheckUntilTaken(reloader);

        Assert.Equal(2, reloader.Manager.Limits.System.FileDescriptors);
    }

    [Fact]
    public void A_link_that_points_elsewhere_is_taken_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links needs privileges on Windows");
        string link = _folder.File("link.json");
        File.CreateSymbolicLink(link, _folder.Write("old.json", """{ "System": { "FD": 1 } }"""));
        using ServiceProvider provider = Start(options => options.LimitsFile = link, out LimitsReloader reloader);

        File.CreateSymbolicLink(_folder.File("new-link"), _folder.Write("new.json", """{ "System": { "FD": 2 } }"""));
        File.Move(_folder.File("new-link"), link, overwrite: true);
        CheckUntilTaken(reloader);

        Assert.Equal(2, reloader.Manager.Limits.System.FileDescriptors);
    }

    [Fact]
    public void A_file_that_is_gone_changes_nothing_and_is_taken_up_when_it_is_back()
    {
        using ServiceProvider provider = Start("""{ "System": { "FD": 1 } }""", out LimitsReloader reloader);

        File.Delete(_folder.File("limits.json"));
        CheckUntilTaken(reloader);

        Assert.Equal(1, reloader.Manager.Limits.System.FileDescriptors);
        Assert.Single(_log.Take(LogLevel.Error));
        _folder.Write("limits.json", """{ "System": { "FD": 2 } }""");
        CheckUntilTaken(reloader);
        Assert.Equal(2, reloader.Manager.Limits.System.FileDescriptors);
    }

    [Fact]
    public void A_changed_section_is_applied_and_a_bad_one_is_not()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Limits:System:FD", (string?)"1")]).Build();
        using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<ILogger<ResourceManager>>(_log).AddResourceManager(configuration).BuildServiceProvider();
        LimitsReloader reloader = provider.GetRequiredService<LimitsReloader>();

        configuration["Limits:System:FD"] = "2";
        reloader.Check();
        Assert.Equal(1, reloader.Manager.Limits.System.FileDescriptors);
        configuration.Reload();
        reloader.Check();
        Assert.Equal(2, reloader.Manager.Limits.System.FileDescriptors);

        configuration["Limits:System:FD"] = "two";
        configuration.Reload();
        reloader.Check();
        Assert.Equal(2, reloader.Manager.Limits.System.FileDescriptors);
        Assert.Contains("$.System.FD", Assert.Single(_log.Take(LogLevel.Error)), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_fail_to_be_made_again_change_nothing()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        int made = 0;
        using ServiceProvider provider = Start(
            options => options.Memory = ++made == 1 ? 1 : throw new InvalidOperationException("no more"), out LimitsReloader reloader, configuration);

        configuration.Reload();
        reloader.Check();

        Assert.Contains("no more", Assert.Single(_log.Take(LogLevel.Error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_host_looks_for_changes_in_its_intervals_until_it_stops()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        FakeTimeProvider time = new();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddResourceManager(_folder.Write("limits.json", """{ "System": { "FD": 1 } }"""));
        using IHost host = builder.Build();
        await host.StartAsync(cancellation);
        ResourceManager manager = host.Services.GetRequiredService<ResourceManager>();
        Assert.Equal(1, manager.Limits.System.FileDescriptors);

        _folder.Write("limits.json", """{ "System": { "FD": 2 } }""");
        while (manager.Limits.System.FileDescriptors == 1)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, cancellation);
        }

        Assert.Contains(_log.Take(LogLevel.Information), text => text == "Limit changes: System.FD: 1 -> 2");
        await host.StopAsync(cancellation);
    }

    private static void CheckUntilTaken(LimitsReloader reloader)
    {
        reloader.Check();
        reloader.Check();
    }

    private ServiceProvider Start(string limits, out LimitsReloader reloader)
    {
        string file = _folder.Write("limits.json", limits);
        return Start(options => options.LimitsFile = file, out reloader);
    }

    private ServiceProvider Start(
        Action<ResourceManagerHostingOptions> configure, out LimitsReloader reloader, IConfiguration? configuration = null)
    {
        IServiceCollection services = new ServiceCollection().AddSingleton<ILogger<ResourceManager>>(_log);
        services = configuration is null ? services.AddResourceManager() : services.AddResourceManager(configuration);
        ServiceProvider provider = services.Configure(configure).BuildServiceProvider();
        reloader = provider.GetRequiredService<LimitsReloader>();
        return provider;
    }
}
