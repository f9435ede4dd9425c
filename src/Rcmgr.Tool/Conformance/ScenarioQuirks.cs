using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// Where a recording is no measure, because we document to do otherwise; there only the reference model counts.
/// <list type="bullet">
/// <item>A negative size is an argument error, and a closed connection or stream refuses every transition: the outcome of such
/// an op is not held against the recording.</item>
/// <item>An allowlisted connection that cannot move to the normal scopes is closed: neither it nor the spans below it are held
/// against the recording any more.</item>
/// <item>A release of more than there is takes what is there and no more, and no counter wraps: once a recording has done
/// otherwise its totals are wrong, and nothing after that op is held against it.</item>
/// </list>
/// </summary>
internal sealed class ScenarioQuirks(ReferenceModel model)
{
    private readonly HashSet<string> _closedByUs = [];
    private readonly Dictionary<string, string> _owners = [];
    private int _faultsBefore;
    private bool _wasClosed;

    /// <summary>Whether the outcome of the op is held against the recording.</summary>
    public bool HoldsOutcome { get; private set; }

    /// <summary>Whether what the scopes hold is held against the recording.</summary>
    public bool HoldsState { get; private set; } = true;

    /// <summary>Whether what this handle holds is left out of the comparison.</summary>
    public bool Excludes(string handle) =>
        _closedByUs.Contains(handle) || (_owners.TryGetValue(handle, out string? owner) && Excludes(owner));

    /// <summary>Whether an op works on a handle that the recording has and we have not.</summary>
    public bool IsMissing(string on, IReadOnlyDictionary<string, ResourceScope> handles) =>
        !handles.ContainsKey(on) && (Excludes(on) || (!HoldsState && !on.Contains(':', StringComparison.Ordinal) && !IsRoot(on)));

    /// <summary>Notes an op on a missing handle.</summary>
    public void Skip(ScenarioOp op) => NoteOwner(op);

    public void Before(ScenarioOp op, ScenarioOutcome recorded)
    {
        _faultsBefore = model.Faults;
        _wasClosed = op.On is not null && op.IsTransition && model.IsClosed(op.On);
        bool isExcluded = op.On is not null && Excludes(op.On);
        NoteOwner(op);

        // A connection in no scope that is then attached takes another connection's charge away.
        bool spoils = op.Quirk is "over_release" or "negative_release" or "memory_wrap"
            || (isExcluded && op.Name == "setPeer" && recorded.Class is null);
        HoldsState &= !spoils;
        HoldsOutcome = HoldsState && !isExcluded && !_wasClosed && op.Size >= 0;
    }

    public void After(ScenarioOp op, ScenarioOutcome recorded, ModelOutcome outcome)
    {
        if (op.Name == "setPeer" && !_wasClosed && model.IsClosed(op.On!))
            _closedByUs.Add(op.On!);
        // On a handle that we closed, less is there for us than was recorded; that says nothing of the recording.
        bool releasedTooMuch = model.Faults > _faultsBefore && (op.On is null || !Excludes(op.On));
        bool spoils = releasedTooMuch || (outcome.IsWrap && recorded.Class is null);
        HoldsState &= !spoils;
        HoldsOutcome &= HoldsState;
    }

    private static bool IsRoot(string name) => name is "system" or "transient" or "allowlistedSystem" or "allowlistedTransient";

    private void NoteOwner(ScenarioOp op)
    {
        if (op.On is not null && op.Handle is not null)
            _owners[op.Handle] = op.On;
    }
}
