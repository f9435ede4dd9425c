using System.CommandLine;
using System.CommandLine.Parsing;

namespace Rcmgr.Tool.Commands;

/// <summary>The options of <c>rcmgr limits --peers</c> that say what the peers do.</summary>
internal sealed class PeerModelOptions
{
    private readonly Option<long?> _connections = Bounded("--connections-per-peer", "Connections of one peer.", 1, 1, 100);
    private readonly Option<long?> _streams = Bounded("--streams-per-peer", "Streams of one peer.", 8, 0, 100_000);
    private readonly Option<long?> _inbound = Bounded("--inbound", "Percent of connections and streams that remote peers open.", 50, 0, 100);
    private readonly Option<long?> _transient = Bounded("--transient", "Percent of connections and streams that are in negotiation at once.", 5, 0, 100);
    private readonly Option<long?> _connectionMemory =
        Bounded("--connection-memory", "Bytes that one connection reserves.", PeerModel.DefaultConnectionMemory, 0, 1L << 30);

    private readonly Option<long?> _streamMemory =
        Bounded("--stream-memory", "Bytes that one stream reserves.", PeerModel.DefaultStreamMemory, 0, 1L << 30);

    private IEnumerable<Option<long?>> All => [_connections, _streams, _inbound, _transient, _connectionMemory, _streamMemory];

    public void AddTo(Command command)
    {
        foreach (Option<long?> option in All)
            command.Add(option);
    }

    public bool IsGiven(SymbolResult result) => All.Any(option => result.GetResult(option) is { Implicit: false });

    public PeerModel Read(ParseResult parsed, long peers) => new(
        peers,
        Read(parsed, _connections),
        Read(parsed, _streams),
        Read(parsed, _inbound),
        Read(parsed, _transient),
        Read(parsed, _connectionMemory),
        Read(parsed, _streamMemory));

    private static long Read(ParseResult parsed, Option<long?> option) => parsed.GetValue(option).GetValueOrDefault();

    private static Option<long?> Bounded(string name, string description, long usual, long least, long most)
    {
        Option<long?> option = LimitsCommand.Number(name, $"{description} Only with --peers.", "N", least, most);
        option.DefaultValueFactory = _ => usual;
        return option;
    }
}
