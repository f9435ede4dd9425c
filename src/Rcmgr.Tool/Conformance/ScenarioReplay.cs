using System.Text.Json;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// Replays the ops of one scenario against a manager and the reference model. The manager must agree with the model after
/// every op, and with the recording wherever the recording is what we promise: see <see cref="ScenarioQuirks"/>.
/// </summary>
internal sealed class ScenarioReplay
{
    private readonly LimitVectors _vectors;
    private readonly PeerKey[] _peers;
    private readonly Lockstep _lockstep;
    private readonly ScenarioQuirks _quirks;
    private readonly ScenarioState _state;

    // Spans are numbered anew when their owner is, so a recorded name is only good for finding the handle.
    private readonly Dictionary<string, string> _handlesByRecordedName = [];
    private int _unnamed;

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

        _lockstep = new Lockstep(vectors.ReadAll(scenario.GetProperty("limits"), Peer), allowlist);
        _quirks = new ScenarioQuirks(_lockstep.Model);
        _state = new ScenarioState(_lockstep, _peers);
    }

    /// <summary>Runs one op; the first difference, or null.</summary>
    public string? Step(JsonElement op)
    {
        ScenarioOp read = ScenarioOp.Read(op, Expand);
        bool isNoted = _handlesByRecordedName.TryGetValue(read.RecordedAt ?? "", out string? refusing);
        ScenarioOutcome recorded = ScenarioOutcome.Read(op, name => isNoted ? refusing! : Expand(name));
        if (read.On is not null && _quirks.IsMissing(read.On, _lockstep.Handles))
        {
            // An earlier op made this handle in the recording, but is refused by what we promise.
            _quirks.Skip(read);
            return null;
        }

        _quirks.Before(read, recorded);
        ModelOutcome outcome = Apply(op, read);
        _quirks.After(read, recorded, outcome);
        if (read.Handle is string handle && CaseFile.Text(op, "name") is string name)
            _handlesByRecordedName[Expand(name)] = handle;

        if (_lockstep.Difference is string difference)
            return difference;
        string? recordedDifference = _quirks.HoldsOutcome ? recorded.DifferenceFrom(ScenarioOutcome.Of(outcome)) : null;
        return recordedDifference ?? (_quirks.HoldsState ? _state.Difference(op, _quirks.Excludes) ?? _state.ListDifference(op) : null);
    }

    private ModelOutcome Apply(JsonElement op, ScenarioOp read)
    {
        // An op that was recorded as refused names no handle.
        string id = read.Handle ?? $"unnamed{++_unnamed}";
        string on = read.On ?? "";
        switch (read.Name)
        {
            case "openConnection":
                return _lockstep.OpenConnection(
                    id, DirectionOf(op), op.GetProperty("fd").GetBoolean(), Multiaddress.Parse(Expand(op.GetProperty("addr").GetString()!)).LeadingAddress);
            case "openStream":
                return _lockstep.OpenStream(id, Peer(op.GetProperty("peer").GetString()!), DirectionOf(op));
            case "setPeer":
                return _lockstep.SetPeer(on, Peer(op.GetProperty("peer").GetString()!));
            case "setProtocol":
                return _lockstep.SetProtocol(on, op.GetProperty("proto").GetString()!);
            case "setService":
                return _lockstep.SetService(on, op.GetProperty("svc").GetString()!);
            case "reserveMemory":
                return _lockstep.ReserveMemory(on, read.Size, op.GetProperty("prio").GetByte());
            case "releaseMemory":
                return _lockstep.ReleaseMemory(on, read.Size);
            case "beginSpan":
                return _lockstep.BeginSpan(id, on);
            case "setLimit":
                return _lockstep.SetLimits(on, _vectors.Read(op.GetProperty("limit")));
            case "done":
                return _lockstep.Close(on);
            case "gc":
                // Scopes that nobody uses are gone already; there is no background collection to run.
                return ModelOutcome.Ok;
            default:
                throw new FormatException($"unknown op {read.Name}");
        }
    }

    private static Direction DirectionOf(JsonElement op) =>
        op.GetProperty("dir").GetString() == "in" ? Direction.Inbound : Direction.Outbound;

    private PeerKey Peer(string text) => RecordedPeers.Parse(Expand(text));

    private string Expand(string text) => ScenarioState.Expand(text, _peers);
}
