using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Rcmgr.Hosting;

/// <summary>
/// Owns the manager of a host and keeps its limits those of the options: looks for changes when it is told to, and applies
/// those that are valid.
/// </summary>
internal sealed class LimitsReloader : IDisposable
{
    private readonly IOptionsFactory<ResourceManagerHostingOptions> _factory;
    private readonly ILogger _logger;
    private readonly HostCapacity _capacity;
    private readonly List<IDisposable> _subscriptions = [];
    private ResourceManagerHostingOptions _options;

    // What the limits in force, or the last report of a bad file, are based on.
    private LimitsFiles _considered;
    private LimitsFiles? _pending;
    private ConnectionLimits _connectionLimits;
    private int _settingsChanged;

    /// <summary>Loads the limits and makes the manager.</summary>
    /// <exception cref="OptionsValidationException">The options, the limits file included, cannot be used.</exception>
    public LimitsReloader(
        IOptionsFactory<ResourceManagerHostingOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<ResourceManagerHostingOptions>> changes,
        ILogger<ResourceManager>? logger = null)
    {
        _factory = factory;
        _logger = logger ?? NullLogger<ResourceManager>.Instance;
        foreach (IOptionsChangeTokenSource<ResourceManagerHostingOptions> source in changes)
            _subscriptions.Add(ChangeToken.OnChange(source.GetChangeToken, () => Volatile.Write(ref _settingsChanged, 1)));

        _options = factory.Create(Options.DefaultName);
        _capacity = LoadedLimits.Capacity(_options);
        _considered = LimitsFiles.Read(_options);
        LoadedLimits loaded = LoadedLimits.Load(_options, _considered, _capacity);
        if (!loaded.IsValid)
            throw new OptionsValidationException(Options.DefaultName, typeof(ResourceManagerHostingOptions), loaded.Errors);

        LimitsLog.Loaded(_logger, _options.LimitsFile ?? "the options", _capacity.Memory, _capacity.FileDescriptors);
        LimitsLog.Warnings(_logger, loaded.Warnings);
        _connectionLimits = loaded.ConnectionLimits;
        Manager = _options.CreateManager(new ResourceManagerOptions
        {
            Limits = loaded.Limits,
            ConnectionLimits = loaded.ConnectionLimits,
            ConnectionLimitsMayChange = _options.Reload,
        });
    }

    public ResourceManager Manager { get; }

    public ResourceManagerHostingOptions CurrentOptions => _options;

    /// <summary>Takes up what has changed since the last time and has stood still since. Not safe for use by several threads.</summary>
    public void Check()
    {
        if (Interlocked.Exchange(ref _settingsChanged, 0) == 1)
            TakeSettings();
        else
            TakeFiles();
    }

    public void Dispose() => _subscriptions.ForEach(subscription => subscription.Dispose());

    private void TakeSettings()
    {
        ResourceManagerHostingOptions options;
        try
        {
            options = _factory.Create(Options.DefaultName);
        }
        catch (Exception e)
        {
            // Options are made by anybody's delegates; none of them may end the watch over limits.
            Reject(e is OptionsValidationException invalid ? [.. invalid.Failures] : [e.Message]);
            return;
        }

        _options = options;
        _considered = LimitsFiles.Read(_options);
        Apply();
    }

    private void TakeFiles()
    {
        LimitsFiles content = LimitsFiles.Read(_options);
        if (content == _considered)
        {
            _pending = null;
            return;
        }

        if (content != _pending)
        {
            _pending = content;
            return;
        }

        _pending = null;
        _considered = content;
        Apply();
    }

    private void Apply()
    {
        LoadedLimits loaded = LoadedLimits.Load(_options, _considered, _capacity);
        LimitsLog.Warnings(_logger, loaded.Warnings);
        if (!loaded.IsValid)
        {
            Reject(loaded.Errors);
            return;
        }

        // Both, whatever the first one did.
        if (!(ApplyLimits(loaded.Limits) | ApplyConnectionLimits(loaded.ConnectionLimits)))
            LimitsLog.NothingChanges(_logger);
    }

    private bool ApplyLimits(ResourceManagerLimits limits)
    {
        LimitsPlan plan = Manager.PlanLimits(limits);
        if (plan.IsEmpty)
            return false;

        LimitsLog.Plan(_logger, plan.Changes, plan.ScopesOver);
        plan = Manager.ApplyLimits(limits);
        LimitsLog.Applied(_logger, plan.Changes.Count, plan.ScopesOver.Count);
        return true;
    }

    private bool ApplyConnectionLimits(ConnectionLimits limits)
    {
        if (limits == _connectionLimits)
            return false;

        _connectionLimits = limits;
        if (!Manager.ConnectionLimitsMayChange)
        {
            LimitsLog.ConnectionLimitsAreFixed(_logger);
            return true;
        }

        ConnectionLimitsPlan plan = Manager.PlanConnectionLimits(limits);
        LimitsLog.Plan(_logger, plan.Changes, plan.Over);
        plan = Manager.ApplyConnectionLimits(limits);
        LimitsLog.ConnectionLimitsApplied(_logger, plan.Changes.Count, plan.Over.Count);
        return true;
    }

    private void Reject(IReadOnlyList<string> problems) => LimitsLog.Rejected(_logger, problems.Count, string.Join(Environment.NewLine, problems));
}
