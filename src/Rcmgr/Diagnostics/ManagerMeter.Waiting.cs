using System.Diagnostics.Metrics;
using System.Globalization;

namespace Rcmgr;

/// <content>Operations that wait for room.</content>
internal sealed partial class ManagerMeter
{
    private static readonly WaitKind[] WaitKinds = Enum.GetValues<WaitKind>();
    private static readonly (WaitOutcome Outcome, string Name)[] WaitOutcomes =
    [
        (WaitOutcome.Granted, "granted"), (WaitOutcome.TimedOut, "timed_out"), (WaitOutcome.Cancelled, "cancelled"),
        (WaitOutcome.QueueFull, "queue_full"), (WaitOutcome.Hopeless, "hopeless"),
    ];

    private void CreateWaitInstruments()
    {
        Gauge("waiting", "Operations that wait for room.", static meter => meter.ReadWaiting());
        Counter("waits", "Operations that waited, or could not, by how that ended.", static meter => meter.ReadWaits());
        Counter("wait_seconds_bucket", "Operations that were granted after at most this time.", static meter => meter.ReadWaitBuckets());
        Counter("wait_seconds_count", "Operations that were granted after waiting.", static meter => meter.ReadGranted());
        Meter.CreateObservableCounter(
            Prefix + "wait_seconds_sum", ReadWaitSeconds, unit: null, "The time that granted operations have waited together.");
    }

    private List<Measurement<long>> ReadWaiting() =>
        Statistics is not { } waits ? [] : [.. WaitKinds.Select(kind => new Measurement<long>(waits.Waiting(kind), Tag(kind)))];

    private List<Measurement<long>> ReadWaits() =>
        Statistics is not { } waits ? [] :
        [
            .. WaitKinds.SelectMany(_ => WaitOutcomes, (kind, outcome) =>
                new Measurement<long>(waits.Ended(kind, outcome.Outcome), Tag(kind), Tag("outcome", outcome.Name))),
        ];

    private List<Measurement<long>> ReadGranted() =>
        Statistics is not { } waits ? [] : [.. WaitKinds.Select(kind => new Measurement<long>(waits.Ended(kind, WaitOutcome.Granted), Tag(kind)))];

    private List<Measurement<double>> ReadWaitSeconds() =>
        Statistics is not { } waits ? [] : [.. WaitKinds.Select(kind => new Measurement<double>(waits.Waited(kind).TotalSeconds, Tag(kind)))];

    private List<Measurement<long>> ReadWaitBuckets()
    {
        List<Measurement<long>> found = [];
        if (Statistics is not { } waits)
            return found;
        foreach (WaitKind kind in WaitKinds)
        {
            long[] totals = waits.AccumulateBuckets(kind);
            for (int i = 0; i < totals.Length; i++)
            {
                string bound = i < WaitStatistics.Bounds.Count ? WaitStatistics.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                found.Add(new(totals[i], Tag(kind), Tag("le", bound)));
            }
        }

        return found;
    }

    private WaitStatistics? Statistics => _engine.TryGetTarget(out AccountingEngine? engine) ? engine.Waiting?.Statistics : null;

    private static KeyValuePair<string, object?> Tag(WaitKind kind) => Tag("resource", kind switch
    {
        WaitKind.Connection => "connection",
        WaitKind.Stream => "stream",
        _ => "memory",
    });
}
