using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Rcmgr.Tool.Commands;

/// <summary><c>rcmgr limits</c>: the limits that would apply on a host, and what they are derived from.</summary>
internal static class LimitsCommand
{
    public static Command Create()
    {
        Option<long?> memory = new("--memory")
        {
            Description = "The host's memory in bytes, instead of what this process may use.",
            HelpName = "BYTES",
            CustomParser = ParseTotal,
        };
        Option<long?> fileDescriptors = new("--fd")
        {
            Description = "The file descriptors that the process may open, instead of this process's limit.",
            HelpName = "N",
            CustomParser = ParseTotal,
        };
        Option<string> format = new("--format")
        {
            Description = "A table with its derivation, or the JSON form of a limits file and nothing else.",
            DefaultValueFactory = _ => "table",
        };
        format.AcceptOnlyFromAmong("json", "table");

        Command command = new("limits", "Print the limits that would apply on this host or on a host of a given size.")
        {
            memory,
            fileDescriptors,
            format,
        };
        command.SetAction(parsed => Print(
            parsed.InvocationConfiguration.Output,
            Capacity(parsed.GetValue(memory), parsed.GetValue(fileDescriptors)),
            parsed.GetValue(format) == "json"));
        return command;
    }

    private static int Print(TextWriter output, HostCapacity capacity, bool json)
    {
        AutoScaledLimits scaled = ScalingLimits.DefaultWithServices.AutoScale(capacity);
        if (json)
            output.WriteLine(LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(scaled.Limits), indented: true));
        else
            LimitsTable.Write(output, scaled);

        return ExitCode.Success;
    }

    private static HostCapacity Capacity(long? memory, long? fileDescriptors)
    {
        const string Given = "given on the command line";
        HostCapacity capacity = HostCapacity.Detect();
        if (memory is long bytes)
            capacity = capacity with { Memory = bytes, MemorySource = Given };
        if (fileDescriptors is long count)
            capacity = capacity with { FileDescriptors = count, FileDescriptorsSource = Given };

        return capacity;
    }

    private static long? ParseTotal(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long total))
            return total;

        argument.AddError($"'{text}' is not a whole number from 0 to {long.MaxValue}.");
        return null;
    }
}
