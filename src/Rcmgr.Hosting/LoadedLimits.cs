namespace Rcmgr.Hosting;

/// <summary>What options come to: the limits, or why there are none.</summary>
internal sealed class LoadedLimits
{
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    private LoadedLimits()
    {
    }

    /// <summary>The limits; null when there are errors.</summary>
    public ResourceManagerLimits? Limits { get; private set; }

    public IReadOnlyList<string> Errors => _errors;

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The limits of options.</summary>
    /// <param name="options">Where they come from.</param>
    /// <param name="file">The content of the limits file; null when there is no such file in the options.</param>
    /// <param name="capacity">The machine.</param>
    public static LoadedLimits Load(ResourceManagerHostingOptions options, LimitsFileContent? file, HostCapacity capacity)
    {
        LoadedLimits loaded = new();
        ResourceManagerLimits defaults = options.Defaults.AutoScale(capacity).Limits;
        LimitsReadOptions reading = new() { ParsePeer = options.ParsePeer, Defaults = defaults };
        PartialResourceManagerLimits partial = options.Limits;
        if (options.ConfiguredLimits is string configured)
            partial = loaded.Take(LimitsJson.Parse(configured, reading), "the section Limits", hasPlaces: false).Apply(partial);
        if (file is not null)
            partial = loaded.Read(file, options, reading).Apply(partial);
        if (loaded._errors.Count == 0)
            loaded.Limits = partial.Build(defaults);
        return loaded;
    }

    public static HostCapacity Capacity(ResourceManagerHostingOptions options)
    {
        const string Given = "given by the options";
        HostCapacity capacity = HostCapacity.Detect();
        if (options.Memory is long memory)
            capacity = capacity with { Memory = memory, MemorySource = Given };
        if (options.FileDescriptors is long count)
            capacity = capacity with { FileDescriptors = count, FileDescriptorsSource = Given };
        return capacity;
    }

    private PartialResourceManagerLimits Read(LimitsFileContent file, ResourceManagerHostingOptions options, LimitsReadOptions reading)
    {
        if (file.Error is null)
            return Take(LimitsJson.Parse(file.Bytes, reading with { Lenient = options.Lenient }), options.LimitsFile!, hasPlaces: true);

        _errors.Add($"{options.LimitsFile}: {file.Error}");
        return new PartialResourceManagerLimits();
    }

    private PartialResourceManagerLimits Take(LimitsReadResult<PartialResourceManagerLimits> result, string source, bool hasPlaces)
    {
        foreach (LimitsProblem problem in result.Problems)
            (problem.IsError ? _errors : _warnings).Add($"{source}: {(hasPlaces ? problem : problem with { Line = 0 })}");
        return result.Limits ?? new PartialResourceManagerLimits();
    }
}
