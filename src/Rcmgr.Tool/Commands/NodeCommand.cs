using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Tool.Node;

namespace Rcmgr.Tool.Commands;

/// <summary><c>rcmgr node</c>: a guarded host that serves identify, ping, echo and sink until it is told to stop.</summary>
internal static class NodeCommand
{
    public static Command Create()
    {
        Option<Multiaddress[]> listen = new("--listen")
        {
            Description = "Where to listen, such as /ip4/0.0.0.0/tcp/4001 or /ip4/0.0.0.0/udp/4001/quic-v1; port 0 takes a free one. "
                + "Without it: TCP and QUIC on every IPv4 interface, on port 4001, or on a free one when that is taken.",
            HelpName = "ADDR",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
            CustomParser = ParseAddresses,
        };
        Option<string?> limits = new("--limits")
        {
            Description = "A JSON file of limits; what it leaves open is scaled to this host. Changes are checked and applied while the node runs.",
            HelpName = "FILE",
        };
        Option<bool> lenient = new("--lenient")
        {
            Description = "Read the limits file as other implementations do: pass over unknown names and contradictions.",
        };
        Option<string?> key = new("--key")
        {
            Description = "The file of the node's identity, made when it does not exist; without it the identity is new each time.",
            HelpName = "FILE",
        };
        Option<IPEndPoint?> admin = new("--admin")
        {
            Description = "Serve GET /rcmgr there: use, limits and refusals as JSON. Loopback addresses only; port 0 takes a free one.",
            HelpName = "127.0.0.1:PORT",
            CustomParser = ParseAdmin,
        };
        AddressOptions byAddress = new();
        Option<QuicEngine> quicEngine = QuicEngineOption.Create();
        Option<bool> json = new("--json") { Description = "Print events as JSON lines." };
        Option<bool> observeOnly = new("--observe-only") { Description = "Admit everything; only tell what the limits would have refused." };
        Option<bool> onLoopback = new("--on-loopback") { Description = "Without --listen: on 127.0.0.1 and a free port.", Hidden = true };
        Option<int> handshakeSeconds = new("--handshake-seconds") { Description = "The time a handshake may take.", Hidden = true };
        Option<bool> stopWithInput = new("--stop-with-input") { Description = "Also stop at the end of the input.", Hidden = true };

        Command command = new("node", "Run a guarded node until it is interrupted or terminated.")
        {
            listen, limits, lenient, key, admin, quicEngine, json, observeOnly, onLoopback, handshakeSeconds, stopWithInput,
        };
        byAddress.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            NodeSettings settings = new(
                parsed.GetValue(listen) ?? [],
                parsed.GetValue(onLoopback) ? DefaultListen.Loopback : DefaultListen.EveryInterface,
                parsed.GetValue(handshakeSeconds) is > 0 and int seconds ? TimeSpan.FromSeconds(seconds) : null,
                parsed.GetValue(limits),
                parsed.GetValue(lenient),
                parsed.GetValue(key),
                parsed.GetValue(admin),
                byAddress.ReadLimits(parsed),
                byAddress.ReadFile(parsed),
                byAddress.ReadAllowlist(parsed),
                parsed.GetValue(quicEngine),
                parsed.GetValue(json),
                parsed.GetValue(observeOnly));
            InvocationConfiguration configuration = parsed.InvocationConfiguration;
            using CancellationTokenSource stop = parsed.GetValue(stopWithInput)
                ? InputEnd.CancelWith(cancellationToken)
                : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            return await NodeRunner.RunAsync(settings, configuration.Output, configuration.Error, stop.Token);
        });
        return command;
    }

    internal static Multiaddress? ParseAddress(string text, SymbolResult result)
    {
        if (Multiaddress.TryParse(text, out Multiaddress? address) && (address.TryGetTcpEndPoint(out _) || address.TryGetQuicEndPoint(out _)))
            return address;

        result.AddError($"'{text}' is no address of TCP or QUIC such as /ip4/127.0.0.1/tcp/4001 or /ip4/127.0.0.1/udp/4001/quic-v1.");
        return null;
    }

    private static Multiaddress[] ParseAddresses(ArgumentResult argument) =>
        [.. argument.Tokens.Select(token => ParseAddress(token.Value, argument)).OfType<Multiaddress>()];

    internal static IPEndPoint? ParseAdmin(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (!IPEndPoint.TryParse(text, out IPEndPoint? endPoint))
            argument.AddError($"'{text}' is not an address and a port such as 127.0.0.1:9090.");
        else if (!IPAddress.IsLoopback(endPoint.Address))
            argument.AddError($"'{text}' is not a loopback address: the admin endpoint asks nobody who they are, so it serves this machine only.");
        else
            return endPoint;

        return null;
    }
}
