using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Demo;

/// <summary>All that one run of the demo has seen, for the verdict and for the table. Safe for use from many threads.</summary>
internal sealed class DemoRecord
{
    private const int MaxViolations = 10;

    private readonly Lock _gate = new();
    private readonly List<string> _violations = [];
    private readonly Dictionary<HonestPart, HonestReport> _honest = [];
    private AdminReport? _latest;
    private IReadOnlyList<string> _skippedAttacks = [];
    private string? _withoutQuic;
    private ScopeUsage? _inUseAtTheEnd;
    private int _samples;
    private int _missedSamples;

    /// <summary>The newest answer of the node's admin endpoint; null before the first.</summary>
    public AdminReport? Latest => Read(() => _latest);

    /// <summary>The honest peers that have come, each with how it fares.</summary>
    public IReadOnlyList<KeyValuePair<HonestPart, HonestReport>> Honest => Read<IReadOnlyList<KeyValuePair<HonestPart, HonestReport>>>(
        () => [.. HonestPart.All.Where(_honest.ContainsKey).Select(part => KeyValuePair.Create(part, _honest[part]))]);

    /// <summary>Why the node does not listen on QUIC; null when it does.</summary>
    public string? WithoutQuic
    {
        get => Read(() => _withoutQuic);
        set => Write(() => _withoutQuic = value);
    }

    /// <summary>Attacks for which there was no time.</summary>
    public IReadOnlyList<string> SkippedAttacks
    {
        get => Read(() => _skippedAttacks);
        set => Write(() => _skippedAttacks = value);
    }

    /// <summary>What the node said was in use when it had stopped; null when it did not stop by itself.</summary>
    public ScopeUsage? InUseAtTheEnd
    {
        get => Read(() => _inUseAtTheEnd);
        set => Write(() => _inUseAtTheEnd = value);
    }

    /// <summary>How often the node has refused.</summary>
    public long Refused => Latest?.Refusals.Sum(refusal => refusal.Count) ?? 0;

    public int Samples => Read(() => _samples);

    /// <summary>Questions that the admin endpoint did not answer.</summary>
    public int MissedSamples => Read(() => _missedSamples);

    /// <summary>Scopes seen above their limits, the first few.</summary>
    public IReadOnlyList<string> Violations => Read<IReadOnlyList<string>>(() => [.. _violations]);

    /// <summary>How an honest peer fares; one that has not come is one that has done nothing.</summary>
    public HonestReport Of(HonestPart part) => Read(() => _honest.GetValueOrDefault(part, HonestReport.Nothing));

    public void Report(HonestPart part, HonestReport report) => Write(() => _honest[part] = report);

    public void AddSample(AdminReport report) => Write(() =>
    {
        _latest = report;
        _samples++;
        _violations.AddRange(LimitCheck.Violations(report).Take(MaxViolations - _violations.Count));
    });

    public void MissSample() => Write(() => _missedSamples++);

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    private void Write(Action write)
    {
        lock (_gate)
            write();
    }
}
