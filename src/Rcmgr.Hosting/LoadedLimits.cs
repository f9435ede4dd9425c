using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Hosting;

/// <summary>What options come to: the limits, or why there are none.</summary>
internal sealed class LoadedLimits
{
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    private LoadedLimits(ResourceManagerHostingOptions options, LimitsFiles files, HostCapacity capacity)
    {
        Limits = LoadLimits(options, files.Limits, options.Defaults.AutoScale(capacity).Limits);
        ConnectionLimits = LoadConnectionLimits(options, files.ConnectionLimits);
    }

    /// <summary>The limits of scopes. Meaningless when there are errors.</summary>
    public ResourceManagerLimits Limits { get; }

    /// <summary>The limits by address. Meaningless when there are errors.</summary>
    public ConnectionLimits ConnectionLimits { get; }

    public bool IsValid => _errors.Count == 0;

    public IReadOnlyList<string> Errors => _errors;

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The limits of options.</summary>
    /// <param name="options">Where they come from.</param>
    /// <param name="files">The content of the files that the options name.</param>
    /// <param name="capacity">The machine.</param>
    public static LoadedLimits Load(ResourceManagerHostingOptions options, LimitsFiles files, HostCapacity capacity) => new(options, files, capacity);

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

    private ResourceManagerLimits LoadLimits(ResourceManagerHostingOptions options, LimitsFileContent? file, ResourceManagerLimits defaults)
    {
        LimitsReadOptions reading = new() { ParsePeer = options.ParsePeer, Defaults = defaults };
        PartialResourceManagerLimits partial = options.Limits;
        if (options.ConfiguredLimits is string configured && Take(LimitsJson.Parse(configured, reading), "the section Limits") is { } section)
            partial = section.Apply(partial);
        if (IsReadable(file, options.LimitsFile)
            && Take(LimitsJson.Parse(file.Bytes, reading with { Lenient = options.Lenient }), options.LimitsFile!, hasPlaces: true) is { } read)
        {
            partial = read.Apply(partial);
        }

        return partial.Build(defaults);
    }

    private ConnectionLimits LoadConnectionLimits(ResourceManagerHostingOptions options, LimitsFileContent? file)
    {
        // Nothing is laid over the limits of the code, only their own faults are found.
        ConnectionLimits limits = Take(ConnectionLimitsJson.Parse("{}", options.ConnectionLimits), "the option ConnectionLimits") ?? ConnectionLimits.Default;
        if (options.ConfiguredConnectionLimits is string configured)
            limits = Take(ConnectionLimitsJson.Parse(configured, limits), "the section ConnectionLimits") ?? limits;
        if (IsReadable(file, options.ConnectionLimitsFile))
            limits = Take(ConnectionLimitsJson.Parse(file.Bytes, limits), options.ConnectionLimitsFile!, hasPlaces: true) ?? limits;
        return limits;
    }

    private bool IsReadable([NotNullWhen(true)] LimitsFileContent? file, string? path)
    {
        if (file?.Error is string error)
            _errors.Add($"{path}: {error}");
        return file is { Error: null };
    }

    private T? Take<T>(LimitsReadResult<T> result, string source, bool hasPlaces = false)
        where T : class
    {
        foreach (LimitsProblem problem in result.Problems)
            (problem.IsError ? _errors : _warnings).Add($"{source}: {(hasPlaces ? problem : problem with { Line = 0 })}");
        return result.Limits;
    }
}
