using System.Diagnostics;
using Rcmgr.Tool.Admin;
using Rcmgr.Tool.Demo.Attacks;

namespace Rcmgr.Tool.Demo;

/// <summary>Runs the demo: a node under small limits, honest peers, and one attack after another.</summary>
internal sealed class DemoRunner(DemoTiming timing, DemoScreen screen, TextWriter output, TextWriter error)
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(5);

    private readonly DemoRecord _record = new();
    private readonly List<(HonestPart Part, ToolProcess Process)> _honest = [];
    private readonly long _started = Stopwatch.GetTimestamp();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(DemoTiming.Deadline);
        try
        {
            await using DemoCast cast = new();
            await PerformAsync(cast, deadline.Token);
            return await JudgeAsync();
        }
        catch (OperationCanceledException)
        {
            string why = cancellationToken.IsCancellationRequested ? "interrupted" : "it took too long";
            await error.WriteLineAsync($"The demo was stopped: {why}.");
        }
        catch (IOException e)
        {
            await error.WriteLineAsync($"The demo could not go on: {e.Message}");
        }

        return ExitCode.Failure;
    }

    private async Task PerformAsync(DemoCast cast, CancellationToken cancellationToken)
    {
        ToolProcess node = await cast.StartNodeAsync(cancellationToken);
        _record.WithoutQuic = cast.WithoutQuic;
        using AdminClient admin = new(cast.Admin);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sampling = SampleAsync(admin, over.Token);

        StartHonest(cast, HonestPart.Veteran);
        if (cast.QuicAddress is not null)
            StartHonest(cast, HonestPart.QuicVeteran);
        screen.Phase = "honest peers connect";
        await WaitAsync(() => _honest.All(peer => _record.Of(peer.Part).ConnectedAfter is not null || peer.Process.HasExited), cancellationToken);

        await AttackAsync(cast, cancellationToken);
        screen.Phase = "everybody leaves";
        await Task.WhenAll(_honest.Select(peer => LeaveAsync(peer.Part, peer.Process)));
        await WaitForReleaseAsync(cancellationToken);
        await over.CancelAsync();
        await sampling;
        if (node.HasExited)
            throw new IOException($"The node died. {node.Errors}");
        screen.Phase = "the node stops";
        _record.InUseAtTheEnd = await cast.StopNodeAsync(node, LeavePatience);
    }

    private void StartHonest(DemoCast cast, HonestPart part)
    {
        _record.Report(part, HonestReport.Nothing);
        _honest.Add((part, cast.StartHonest(part.Transport, report => _record.Report(part, report))));
    }

    private async Task LeaveAsync(HonestPart part, ToolProcess process)
    {
        if (await process.StopAsync(LeavePatience) && process.ExitCode == ExitCode.Success)
            return;

        HonestReport report = _record.Of(part);
        _record.Report(part, report with { Lost = report.Lost + 1, LastError = $"its process failed: {process.Errors}" });
    }

    /// <summary>
    /// One phase after the other; some have an honest newcomer in the middle, and the first lasts until it is felt. On a machine too
    /// busy to start them all in time, the last ones are left out, and the verdict says so.
    /// </summary>
    private async Task AttackAsync(DemoCast cast, CancellationToken cancellationToken)
    {
        IReadOnlyList<AttackPhase> phases = AttackCatalog.Phases(cast.QuicAddress is not null);
        for (int i = 0; i < phases.Count; i++)
        {
            if (Stopwatch.GetElapsedTime(_started) > DemoTiming.LastStart)
            {
                _record.SkippedAttacks = [.. phases.Skip(i).Select(phase => phase.Title)];
                break;
            }

            screen.Phase = phases[i].Title;
            ToolProcess[] attackers = await StartAsync(cast, phases[i], cancellationToken);
            TimeSpan half = timing.NextPhase(phases.Count - i, Stopwatch.GetElapsedTime(_started)) / 2;
            await Task.Delay(half, cancellationToken);
            Task served = ReceiveNewcomerAsync(cast, phases[i].Newcomer, cancellationToken);
            await Task.Delay(half, cancellationToken);
            await served;
            await WaitAsync(() => _record.Refused > 0, DemoTiming.AttackPatience, cancellationToken);
            await Task.WhenAll(attackers.Select(attacker => attacker.StopAsync(LeavePatience)));
        }
    }

    /// <summary>Completes when the newcomer, if there is one who must be served, is served: that is to happen amid the attack.</summary>
    private Task ReceiveNewcomerAsync(DemoCast cast, HonestPart? newcomer, CancellationToken cancellationToken)
    {
        if (newcomer is null)
            return Task.CompletedTask;

        StartHonest(cast, newcomer);
        return newcomer.IsJudged
            ? WaitAsync(() => _record.Of(newcomer).WasServed, DemoTiming.AttackPatience, cancellationToken)
            : Task.CompletedTask;
    }

    private Task<ToolProcess[]> StartAsync(DemoCast cast, AttackPhase phase, CancellationToken cancellationToken) => Task.WhenAll(
    [
        .. phase.Tcp.Select(attack => cast.StartAttackAsync(attack, DemoTransport.Tcp, timing.Total, cancellationToken)),
        .. phase.Quic.Select(attack => cast.StartAttackAsync(attack, DemoTransport.Quic, timing.Total, cancellationToken)),
    ]);

    private async Task SampleAsync(AdminClient admin, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(SampleInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (await admin.TryGetAsync(cancellationToken) is { } report)
                    _record.AddSample(report);
                else
                    _record.MissSample();
                await screen.DrawAsync(_record);
            }
        }
        catch (OperationCanceledException)
        {
            // The demo is over.
        }
    }

    // Only a sample that was taken after everybody had gone counts.
    private async Task WaitForReleaseAsync(CancellationToken cancellationToken)
    {
        int before = _record.Samples;
        await WaitAsync(() => _record.Samples > before + 1 && HoldsNothing(_record.Latest), DemoTiming.ReleasePatience, cancellationToken);
    }

    private static bool HoldsNothing(AdminReport? report) => report is not null && report.Scopes.All(scope => scope.Use.IsZero);

    private static Task WaitAsync(Func<bool> condition, TimeSpan patience, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        return WaitAsync(() => condition() || Stopwatch.GetElapsedTime(started) > patience, cancellationToken);
    }

    private static async Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
    }

    private async Task<int> JudgeAsync()
    {
        DemoVerdict verdict = DemoVerdict.Of(_record);
        await output.WriteLineAsync();
        if (!screen.IsTerminal && _record.Latest is { } report)
            await output.WriteLineAsync(string.Join(Environment.NewLine, [.. DemoTable.Refusals(report), ""]));
        foreach (Finding finding in verdict.Findings)
            await output.WriteLineAsync($"{(finding.Holds ? "  ok  " : "FAILED")}  {finding.Text}");
        foreach (string note in verdict.Notes)
            await output.WriteLineAsync($" note   {note}");

        await output.WriteLineAsync(verdict.Passed ? "PASSED: the node kept its limits and its honest peers" : "FAILED");
        return verdict.Passed ? ExitCode.Success : ExitCode.Failure;
    }
}
