using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Rcmgr.Hosting;

/// <summary>
/// Fills the options from a section of the configuration. By hand, because binding would pass over a key that is misspelt and
/// needs code that trimming cannot see.
/// </summary>
internal sealed class ConfigureFromConfiguration(IConfiguration section) : IConfigureOptions<ResourceManagerHostingOptions>
{
    private static readonly string[] Keys =
        ["LimitsFile", "Lenient", "ConnectionLimitsFile", "Memory", "FileDescriptors", "Reload", "CheckInterval", "Limits", "ConnectionLimits"];

    public void Configure(ResourceManagerHostingOptions options)
    {
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (!Set(options, setting))
                options.Problems.Add($"{setting.Path}: '{setting.Value}' cannot be used; the settings are {string.Join(", ", Keys)}");
        }
    }

    private static bool Set(ResourceManagerHostingOptions options, IConfigurationSection setting)
    {
        string? key = Keys.FirstOrDefault(known => known.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
        bool isSet = true;
        switch (key)
        {
            case "LimitsFile":
                options.LimitsFile = setting.Value;
                break;
            case "Lenient" when bool.TryParse(setting.Value, out bool lenient):
                options.Lenient = lenient;
                break;
            case "Reload" when bool.TryParse(setting.Value, out bool reload):
                options.Reload = reload;
                break;
            case "Memory" when TryParse(setting.Value, out long memory):
                options.Memory = memory;
                break;
            case "FileDescriptors" when TryParse(setting.Value, out long count):
                options.FileDescriptors = count;
                break;
            case "CheckInterval" when TimeSpan.TryParse(setting.Value, CultureInfo.InvariantCulture, out TimeSpan interval):
                options.CheckInterval = interval;
                break;
            case "ConnectionLimitsFile":
                options.ConnectionLimitsFile = setting.Value;
                break;
            case "ConnectionLimits":
                options.ConfiguredConnectionLimits = ConfigurationConnectionLimits.ToJson(setting);
                break;
            case "Limits":
                options.ConfiguredLimits = ConfigurationLimits.ToJson(setting);
                break;
            default:
                isSet = false;
                break;
        }

        return isSet;
    }

    private static bool TryParse(string? text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
