using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Tool.Demo;
using Rcmgr.Tool.Demo.Attacks;

namespace Rcmgr.Tool.Commands;

/// <summary><c>rcmgr demo</c>, and the hidden commands that are its peers.</summary>
internal static class DemoCommand
{
    public static IEnumerable<Command> Create() => [CreateDemo(), CreateHonest(), CreateAttacker()];

    private static Command CreateDemo()
    {
        Option<int> seconds = new("--seconds")
        {
            Description = $"About how long it takes, from {DemoTiming.MinSeconds} to {DemoTiming.MaxSeconds}.",
            DefaultValueFactory = _ => DemoTiming.DefaultSeconds,
            CustomParser = argument => ParseSeconds(argument, DemoTiming.MinSeconds, DemoTiming.MaxSeconds),
        };
        Command command = new("demo", "Flood a guarded node on this machine over TCP and QUIC and show what it refuses, why, and who gets through.") { seconds };
        command.SetAction((parsed, cancellationToken) =>
        {
            InvocationConfiguration configuration = parsed.InvocationConfiguration;
            DemoRunner runner = new(
                new DemoTiming(TimeSpan.FromSeconds(parsed.GetValue(seconds))),
                new DemoScreen(configuration.Output, TerminalWidth(configuration.Output)),
                configuration.Output,
                configuration.Error);
            return runner.RunAsync(cancellationToken);
        });
        return command;
    }

    private static Command CreateHonest()
    {
        Argument<Multiaddress> target = Target();
        Argument<int> seconds = Seconds();
        Command command = new("demo-honest", "The demo's honest peer.") { target, seconds };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using CancellationTokenSource stop = InputEnd.CancelWith(cancellationToken, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            return await new HonestPeer(parsed.GetRequiredValue(target), parsed.InvocationConfiguration.Output).RunAsync(stop.Token);
        });
        return command;
    }

    private static Command CreateAttacker()
    {
        Argument<string> kind = new("KIND");
        kind.AcceptOnlyFromAmong([.. AttackCatalog.Attacks.Select(attack => attack.Kind)]);
        Argument<Multiaddress> target = Target();
        Argument<int> seconds = Seconds();
        Command command = new("demo-attacker", "A hostile peer of the demo.") { kind, target, seconds };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using CancellationTokenSource stop = InputEnd.CancelWith(cancellationToken, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            IAttack attack = AttackCatalog.Attacks.Single(known => known.Kind == parsed.GetValue(kind));
            return await AttackerProcess.RunAsync(
                attack, parsed.GetRequiredValue(target), parsed.InvocationConfiguration.Output, stop.Token);
        });
        return command;
    }

    private static Argument<Multiaddress> Target() => new("ADDR")
    {
        CustomParser = argument => NodeCommand.ParseAddress(argument.Tokens[0].Value, argument),
    };

    private static Argument<int> Seconds() => new("SECONDS") { CustomParser = argument => ParseSeconds(argument, 1, 60) };

    private static int ParseSeconds(ArgumentResult argument, int least, int most)
    {
        string text = argument.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds >= least && seconds <= most)
            return seconds;

        argument.AddError($"'{text}' is not a number of seconds from {least} to {most}.");
        return least;
    }

    // Only the process's own output can be a terminal; a width of 0 means that it does not tell.
    private static int? TerminalWidth(TextWriter output)
    {
        bool isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
            && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");
        return isTerminal ? (Console.WindowWidth > 0 ? Console.WindowWidth : 100) : null;
    }
}
