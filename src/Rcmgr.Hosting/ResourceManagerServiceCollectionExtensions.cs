using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Rcmgr.Hosting;

/// <summary>Registers the resource manager with a host.</summary>
public static class ResourceManagerServiceCollectionExtensions
{
    /// <summary>
    /// Adds the <see cref="ResourceManager"/> as a singleton. Options are validated when the host starts, the files of limits
    /// included. While the host runs, a changed file or section is validated, the changes and the scopes that will be over
    /// them are logged, and then all live scopes get the new limits at one instant. A bad file changes nothing and is logged
    /// as an error. A registered <see cref="TimeProvider"/> is used for the time.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options; null for the defaults of the machine.</param>
    public static IServiceCollection AddResourceManager(this IServiceCollection services, Action<ResourceManagerHostingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptionsWithValidateOnStart<ResourceManagerHostingOptions, ValidateResourceManagerHostingOptions>();
        services.TryAddSingleton<LimitsReloader>();
        services.TryAddSingleton(provider => provider.GetRequiredService<LimitsReloader>().Manager);
        services.AddHostedService<LimitsReloadService>();
        return configure is null ? services : services.Configure(configure);
    }

    /// <summary>
    /// Adds the <see cref="ResourceManager"/> with the settings of a section: <c>LimitsFile</c>, <c>Lenient</c>,
    /// <c>ConnectionLimitsFile</c>, <c>Memory</c>, <c>FileDescriptors</c>, <c>Reload</c>, <c>CheckInterval</c>, <c>Limits</c> in the form
    /// of a limits file, and <c>ConnectionLimits</c> in the form of <see cref="ConnectionLimitsJson"/>. An unknown setting is an error. The
    /// configuration splits keys at colons and knows no case, so a name with a colon (networks excepted), or two that differ in case,
    /// belong into the file.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section; it is watched if its provider is.</param>
    public static IServiceCollection AddResourceManager(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        services.AddResourceManager();
        services.AddSingleton<IConfigureOptions<ResourceManagerHostingOptions>>(new ConfigureFromConfiguration(section));
        services.AddSingleton<IOptionsChangeTokenSource<ResourceManagerHostingOptions>>(
            new ConfigurationChangeTokenSource<ResourceManagerHostingOptions>(Options.DefaultName, section));
        return services;
    }

    /// <summary>Adds the <see cref="ResourceManager"/> with the limits of a file, which is watched.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="limitsFile">A file in the JSON form of limits.</param>
    public static IServiceCollection AddResourceManager(this IServiceCollection services, string limitsFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(limitsFile);
        return services.AddResourceManager(options => options.LimitsFile = limitsFile);
    }
}
