using Microsoft.Extensions.Options;

namespace Rcmgr.Hosting;

/// <summary>Holds options against everything that can be known before they are used, the content of the files included.</summary>
internal sealed class ValidateResourceManagerHostingOptions : IValidateOptions<ResourceManagerHostingOptions>
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, ResourceManagerHostingOptions options)
    {
        List<string> problems = [.. options.Problems];
        if (options.CheckInterval <= TimeSpan.Zero || options.CheckInterval > LongestInterval)
            problems.Add($"CheckInterval: {options.CheckInterval} is not between zero and {LongestInterval}");
        if (options.Memory < 0)
            problems.Add($"Memory: {options.Memory} is negative");
        if (options.FileDescriptors < 0)
            problems.Add($"FileDescriptors: {options.FileDescriptors} is negative");

        problems.AddRange(LoadedLimits.Load(options, LimitsFiles.Read(options), LoadedLimits.Capacity(options)).Errors);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
