using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>The inside of one hostile process.</summary>
internal static class AttackerProcess
{
    /// <summary>The event that says that the process has started and attacks from now on.</summary>
    public const string ReadyEvent = "ready";

    public static async Task<int> RunAsync(
        IAttack attack, Multiaddress target, TextWriter output, CancellationToken cancellationToken)
    {
        output.WriteLine(JsonLine.Write(json => json.WriteString("event", ReadyEvent)));
        await output.FlushAsync(CancellationToken.None);
        AttackCount count = new();
        await attack.RunAsync(target, count, cancellationToken);
        output.WriteLine(JsonLine.Write(json =>
        {
            json.WriteString("event", "attacked");
            json.WriteString("kind", attack.Kind);
            json.WriteNumber("attempts", count.Attempts);
            json.WriteNumber("admitted", count.Admitted);
        }));
        await output.FlushAsync(CancellationToken.None);
        return ExitCode.Success;
    }
}
