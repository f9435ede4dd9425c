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
    private LimitsFileContent? _considered;
    private LimitsFileContent? _pending;
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
        _considered = ReadFile();
        LoadedLimits loaded = LoadedLimits.Load(_options, _considered, _capacity);
        if (loaded.Limits is null)
            throw new OptionsValidationException(Options.DefaultName, typeof(ResourceManagerHostingOptions), loaded.Errors);

        LimitsLog.Loaded(_logger, _options.LimitsFile ?? "the options", _capacity.Memory, _capacity.FileDescriptors);
        LimitsLog.Warnings(_logger, loaded.Warnings);
        Manager = _options.CreateManager(loaded.Limits);
    }

    public ResourceManager Manager { get; }

    public ResourceManagerHostingOptions CurrentOptions => _options;

    /// <summary>Takes up what has changed since the last time and has stood still since. Not safe for use by several threads.</summary>
    public void Check()
    {
        if (Interlocked.Exchange(ref _settingsChanged, 0) == 1)
            TakeSettings();
        else
            TakeFile();
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
        _considered = ReadFile();
        Apply();
    }

    private void TakeFile()
    {
        LimitsFileContent? content = ReadFile();
        if (content is null || content.Equals(_considered))
        {
            _pending = null;
            return;
        }

        if (!content.Equals(_pending))
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
        if (loaded.Limits is null)
        {
            Reject(loaded.Errors);
            return;
        }

        LimitsPlan plan = Manager.PlanLimits(loaded.Limits);
        LimitsLog.Plan(_logger, plan);
        if (plan.IsEmpty)
            return;

        plan = Manager.ApplyLimits(loaded.Limits);
        LimitsLog.Applied(_logger, plan.Changes.Count, plan.ScopesOver.Count);
    }

    private LimitsFileContent? ReadFile() => _options.LimitsFile is string path ? LimitsFileContent.Read(path) : null;

    private void Reject(IReadOnlyList<string> problems) => LimitsLog.Rejected(_logger, problems.Count, string.Join(Environment.NewLine, problems));
}
