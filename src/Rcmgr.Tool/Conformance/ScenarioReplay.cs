using System.Text.Json;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Conformance;

/// <summary>Replays the ops of one scenario against a manager.</summary>
internal sealed class ScenarioReplay
{
    private readonly LimitVectors _vectors;
    private readonly PeerKey[] _peers;
    private readonly ResourceManager _manager;
    private readonly Dictionary<string, ResourceScope> _handles = [];
    private readonly HashSet<string> _closed = [];
    private readonly ScenarioState _state;

    public ScenarioReplay(LimitVectors vectors, JsonElement scenario)
    {
        _vectors = vectors;
        _peers = [.. scenario.GetProperty("peers").EnumerateArray().Select(peer => RecordedPeers.Parse(peer.GetString()!))];
        Allowlist allowlist = new();
        if (scenario.TryGetProperty("allowlist", out JsonElement addresses) && addresses.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement address in addresses.EnumerateArray())
                allowlist.Add(AllowlistSuite.ToEntry(AllowlistAddress.Parse(Expand(address.GetString()!))));
        }

        _manager = new ResourceManager(vectors.ReadAll(scenario.GetProperty("limits"), Peer), allowlist);
        _state = new ScenarioState(_manager, _handles, _peers);
    }

    /// <summary>Runs one op; the first difference, or null.</summary>
    public string? Step(JsonElement op)
    {
        ScenarioQuirk quirk = ScenarioQuirk.Read(op, _closed);
        ScenarioOutcome actual = Apply(op);
        return quirk.OutcomeDifference(ScenarioOutcome.Read(op, Expand), actual)
            ?? _state.Difference(op, _closed)
            ?? _state.ListDifference(op);
    }

    private ScenarioOutcome Apply(JsonElement op)
    {
        switch (op.GetProperty("op").GetString())
        {
            case "openConnection":
                return OpenConnection(op);
            case "openStream":
                return _manager.TryOpenStream(Peer(op.GetProperty("peer").GetString()!), DirectionOf(op), out StreamScope? stream, out Refusal refusal)
                    ? Keep(op, stream)
                    : ScenarioOutcome.Of(refusal, isAttached: false);
            case "setPeer":
                ConnectionScope connection = (ConnectionScope)Handle(op);
                return connection.TrySetPeer(Peer(op.GetProperty("peer").GetString()!), out refusal)
                    ? ScenarioOutcome.Ok
                    : ScenarioOutcome.Of(refusal, isAttached: true);
            case "setProtocol":
                return ((StreamScope)Handle(op)).TrySetProtocol(op.GetProperty("proto").GetString()!, out refusal)
                    ? ScenarioOutcome.Ok
                    : ScenarioOutcome.Of(refusal, isAttached: true);
            case "setService":
                StreamScope owner = (StreamScope)Handle(op);
                return owner.TrySetService(op.GetProperty("svc").GetString()!, out refusal)
                    ? ScenarioOutcome.Ok
                    : ScenarioOutcome.Of(refusal, owner.ServiceScope is not null);
            case "done":
                ((IDisposable)Handle(op)).Dispose();
                return ScenarioOutcome.Ok;
            case "gc":
                // Scopes that nobody uses are gone already; there is no background collection to run.
                return ScenarioOutcome.Ok;
            default:
                return OnScope(op);
        }
    }

    private ScenarioOutcome OpenConnection(JsonElement op) =>
        _manager.TryOpenConnection(
            DirectionOf(op),
            op.GetProperty("fd").GetBoolean(),
            Multiaddress.Parse(op.GetProperty("addr").GetString()!).LeadingAddress,
            out ConnectionScope? connection,
            out Refusal refusal)
            ? Keep(op, connection)
            : ScenarioOutcome.Of(refusal, isAttached: false);

    /// <summary>Ops on any scope: by handle, or by the name of a scope that is reached through a view.</summary>
    private ScenarioOutcome OnScope(JsonElement op)
    {
        string on = op.GetProperty("on").GetString()!;
        if (_handles.TryGetValue(on, out ResourceScope? handle))
            return OnScope(op, handle);
        using ScopeView? view = View(on);
        return OnScope(op, view?.Scope ?? (on == "system" ? _manager.System : _manager.Transient));
    }

    private ScenarioOutcome OnScope(JsonElement op, ResourceScope scope)
    {
        switch (op.GetProperty("op").GetString())
        {
            case "reserveMemory":
                long size = op.GetProperty("size").GetInt64();
                if (size < 0)
                    return Refuses(() => scope.ReserveMemory(size));
                return scope.TryReserveMemory(size, op.GetProperty("prio").GetByte(), out Refusal refusal)
                    ? ScenarioOutcome.Ok
                    : ScenarioOutcome.Of(refusal, isAttached: false);
            case "releaseMemory":
                long released = op.GetProperty("size").GetInt64();
                if (released < 0)
                    return Refuses(() => scope.ReleaseMemory(released));
                scope.ReleaseMemory(released);
                return ScenarioOutcome.Ok;
            case "beginSpan":
                return scope.TryBeginSpan(out SpanScope? span, out refusal) ? Keep(op, span) : ScenarioOutcome.Of(refusal, isAttached: false);
            case "setLimit":
                scope.Limits = _vectors.Read(op.GetProperty("limit"));
                return ScenarioOutcome.Ok;
            default:
                throw new FormatException($"unknown op {op.GetProperty("op")}");
        }
    }

    private static ScenarioOutcome Refuses(Action negative)
    {
        try
        {
            negative();
            return ScenarioOutcome.Ok;
        }
        catch (ArgumentOutOfRangeException)
        {
            return ScenarioOutcome.Negative;
        }
    }

    private ScopeView? View(string name)
    {
        string[] parts = name.Split(':', 2);
        return parts[0] switch
        {
            "peer" => _manager.ViewPeer(Peer(parts[1])),
            "protocol" => _manager.ViewProtocol(parts[1]),
            "service" => _manager.ViewService(parts[1]),
            _ => null,
        };
    }

    private ScenarioOutcome Keep(JsonElement op, ResourceScope scope)
    {
        // An op that was recorded as refused names no handle; then the outcome differs and says so.
        if (CaseFile.Text(op, "h") is string handle)
            _handles[handle] = scope;
        return ScenarioOutcome.Ok;
    }

    private ResourceScope Handle(JsonElement op) => _handles[op.GetProperty("on").GetString()!];

    private static Direction DirectionOf(JsonElement op) =>
        op.GetProperty("dir").GetString() == "in" ? Direction.Inbound : Direction.Outbound;

    private PeerKey Peer(string text) =>
        text.StartsWith('@') ? _peers[int.Parse(text.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)] : RecordedPeers.Parse(text);

    private string Expand(string text) => ScenarioState.Expand(text, _peers);
}
