namespace Rcmgr.Hosting;

/// <summary>
/// Where a host's limits come from. What a limits file leaves open comes from the <c>Limits</c> section of the configuration,
/// then from <see cref="Limits"/>, then from <see cref="Defaults"/>, scaled to the machine. What a file of limits by address leaves
/// open comes from the <c>ConnectionLimits</c> section, then from <see cref="ConnectionLimits"/>.
/// </summary>
public sealed class ResourceManagerHostingOptions
{
    /// <summary>A file in the JSON form of limits; null for none. A relative path is relative to the current directory.</summary>
    public string? LimitsFile { get; set; }

    /// <summary>Whether to read the file as other implementations do; see <see cref="LimitsReadOptions.Lenient"/>.</summary>
    public bool Lenient { get; set; }

    /// <summary>Limits that are set in code.</summary>
    public PartialResourceManagerLimits Limits { get; set; } = new();

    /// <summary>What is scaled to the machine for everything that is left open.</summary>
    public ScalingLimits Defaults { get; set; } = ScalingLimits.DefaultWithServices;

    /// <summary>A file in the JSON form of limits by address (<see cref="ConnectionLimitsJson"/>); null for none.</summary>
    public string? ConnectionLimitsFile { get; set; }

    /// <summary>Limits by address that are set in code; the published defaults by default.</summary>
    public ConnectionLimits ConnectionLimits { get; set; } = ConnectionLimits.Default;

    /// <summary>The machine's bytes of memory, instead of what this process may use.</summary>
    public long? Memory { get; set; }

    /// <summary>The file descriptors that the process may open, instead of its limit in force.</summary>
    public long? FileDescriptors { get; set; }

    /// <summary>Whether changes of the files and of the configuration are applied to the running manager.</summary>
    public bool Reload { get; set; } = true;

    /// <summary>
    /// How often the files are looked at. A change is taken up when it has stood still for one interval, so that a file that is
    /// being written is not read half.
    /// </summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Turns a key of the <c>Peer</c> section into a peer; see <see cref="LimitsReadOptions.ParsePeer"/>.</summary>
    public Func<string, PeerKey?> ParsePeer { get; set; } = LimitsReadOptions.Default.ParsePeer;

    /// <summary>
    /// Makes the manager from options that have its limits, for a host that wants more of it, such as an allowlist: change the options
    /// with <c>with</c> and leave the limits as they are.
    /// </summary>
    public Func<ResourceManagerOptions, ResourceManager> CreateManager { get; set; } = static options => new ResourceManager(options);

    /// <summary>The <c>Limits</c> section of the configuration as a limits text; null when there is none.</summary>
    internal string? ConfiguredLimits { get; set; }

    /// <summary>The <c>ConnectionLimits</c> section of the configuration as a text; null when there is none.</summary>
    internal string? ConfiguredConnectionLimits { get; set; }

    /// <summary>What is wrong with the settings themselves.</summary>
    internal List<string> Problems { get; } = [];
}
