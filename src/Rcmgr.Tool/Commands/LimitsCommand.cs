using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Rcmgr.Tool.Node;

namespace Rcmgr.Tool.Commands;

/// <summary><c>rcmgr limits</c>: the limits that would apply on a host, where they come from, and what a number of peers needs.</summary>
internal sealed class LimitsCommand
{
    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "A limits file to check and to build over the defaults.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<long?> _memory =
        Number("--memory", "The host's memory in bytes, instead of what this process may use.", "BYTES", 0, long.MaxValue);

    private readonly Option<long?> _fileDescriptors =
        Number("--fd", "The file descriptors that the process may open, instead of this process's limit.", "N", 0, long.MaxValue);

    private readonly Option<string> _format = new("--format")
    {
        Description = "A table, or the JSON form of a limits file and nothing else; with --explain every number's derivation.",
        DefaultValueFactory = _ => "table",
    };

    private readonly Option<bool> _explain = new("--explain") { Description = "Say for each number where it comes from." };

    private readonly Option<bool> _lenient = new("--lenient")
    {
        Description = "Read FILE as other implementations do: pass over unknown names and contradictions.",
    };

    private readonly Option<bool> _schema = new("--schema") { Description = "Print the JSON Schema of a limits file, for editors." };

    private readonly Option<string?> _byAddress = new("--connection-limits")
    {
        Description = "Check a file of limits by address, or take a profile, and print them in full; with --schema their JSON Schema.",
        HelpName = "default|private|none|FILE",
    };

    private readonly Option<long?> _peers = Number(
        "--peers", "Solve the scaling backwards: what a host of so many peers needs, and the limits to use. Fails when this host has less.",
        "N", 1, PeerModel.MostPeers);

    private readonly PeerModelOptions _model = new();

    private LimitsCommand() => _format.AcceptOnlyFromAmong("json", "table");

    public static Command Create() => new LimitsCommand().Build();

    internal static Option<long?> Number(string name, string description, string unit, long least, long most) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = argument => ParseNumber(argument, least, most),
    };

    private Command Build()
    {
        Command command = new("limits", "Print the limits that would apply on this host or on a host of a given size.")
        {
            _file, _memory, _fileDescriptors, _format, _explain, _lenient, _schema, _byAddress, _peers,
        };
        _model.AddTo(command);
        command.Validators.Add(Validate);
        command.SetAction(RunAsync);
        return command;
    }

    private void Validate(CommandResult result)
    {
        bool hasPeers = result.GetResult(_peers) is not null;
        if (hasPeers && (result.GetResult(_file) is { Tokens.Count: > 0 } || result.GetResult(_explain) is { Implicit: false }))
            result.AddError("--peers goes neither with FILE nor with --explain.");
        else if (!hasPeers && _model.IsGiven(result))
            result.AddError("What peers do only matters with --peers.");
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        string? byAddress = parsed.GetValue(_byAddress);
        if (parsed.GetValue(_schema))
        {
            await output.WriteAsync(byAddress is null ? LimitsJson.Schema : ConnectionLimitsJson.Schema);
            return ExitCode.Success;
        }

        if (byAddress is not null)
            return await ConnectionLimitsReport.WriteAsync(byAddress, output, parsed.InvocationConfiguration.Error, cancellationToken);

        HostCapacity capacity = Capacity(parsed.GetValue(_memory), parsed.GetValue(_fileDescriptors));
        if (parsed.GetValue(_peers) is long peers)
            return await PlanAsync(parsed, _model.Read(parsed, peers), capacity);

        AutoScaledLimits scaled = ScalingLimits.DefaultWithServices.AutoScale(capacity);
        try
        {
            PartialResourceManagerLimits? written = await ReadAsync(parsed, scaled.Limits, cancellationToken);
            if (written is null)
                return ExitCode.Failure;

            Print(output, new LimitsExplanation(ScalingLimits.DefaultWithServices, scaled, written, parsed.GetValue(_file)), parsed);
            return ExitCode.Success;
        }
        catch (NodeStartException e)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
    }

    private async Task<int> PlanAsync(ParseResult parsed, PeerModel model, HostCapacity host)
    {
        if (model.Connections > int.MaxValue || model.Streams > int.MaxValue)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"No host counts beyond {int.MaxValue} connections or streams.");
            return ExitCode.Usage;
        }

        PeerPlan plan = PeerPlan.Solve(model, ScalingLimits.DefaultWithServices);
        return PeerReport.Write(parsed.InvocationConfiguration.Output, plan, host, parsed.GetValue(_format) == "json");
    }

    /// <summary>The limits of the file, or none without a file; null when it has errors. Its problems go to the error stream.</summary>
    private async Task<PartialResourceManagerLimits?> ReadAsync(
        ParseResult parsed, ResourceManagerLimits defaults, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_file) is not string path)
            return new PartialResourceManagerLimits();

        LimitsReadResult<PartialResourceManagerLimits> result = await LimitsFile.ParseAsync(path, parsed.GetValue(_lenient), defaults, cancellationToken);
        foreach (LimitsProblem problem in result.Problems)
            await parsed.InvocationConfiguration.Error.WriteLineAsync(LimitsFile.Describe(path, problem));
        return result.Limits;
    }

    private void Print(TextWriter output, LimitsExplanation explanation, ParseResult parsed)
    {
        bool json = parsed.GetValue(_format) == "json";
        if (parsed.GetValue(_explain))
            LimitsExplanationWriter.Write(output, explanation, json);
        else if (json)
            output.WriteLine(LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(explanation.Limits), indented: true));
        else
            LimitsTable.Write(output, explanation);
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

    private static long? ParseNumber(ArgumentResult argument, long least, long most)
    {
        string text = argument.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most)
            return number;

        argument.AddError($"'{text}' is not a whole number from {least} to {most}.");
        return null;
    }
}
