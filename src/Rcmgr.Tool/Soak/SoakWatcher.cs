namespace Rcmgr.Tool.Soak;

/// <summary>
/// Looks at all scopes many times a second and is the only one that changes the limits of shared scopes, so that it knows which are in
/// force.
/// </summary>
internal sealed class SoakWatcher(ResourceManager manager, SoakState state, SoakLimits limits, Random random)
{
    private const int SnapshotsToChange = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly GrowthCheck _growth = new();

    /// <param name="mayChange">Whether limits may still be changed: at the end the usual ones are in force for a while.</param>
    /// <param name="finished">Cancelled when the threads have finished.</param>
    public async Task RunAsync(Func<bool> mayChange, CancellationToken finished)
    {
        using PeriodicTimer timer = new(Pause);
        bool isUsual = false;
        try
        {
            while (state.Fault is null && await timer.WaitForNextTickAsync(finished))
            {
                Look();
                if (state.Snapshots % SnapshotsToChange != 0 || (isUsual && !mayChange()))
                    continue;
                isUsual = !mayChange();
                Change(isUsual);
            }
        }
        catch (OperationCanceledException)
        {
            // All threads have finished.
        }

        if (!isUsual)
            manager.ApplyLimits(limits.Usual);
        Look();
    }

    private void Look()
    {
        IReadOnlyList<ScopeReport> scopes = manager.TakeSnapshot().Scopes;
        state.Snapshots++;
        if ((SnapshotCheck.FindFault(scopes) ?? _growth.FindFault(scopes)) is { } fault)
            state.Report(fault);
    }

    private void Change(bool toUsual)
    {
        state.LimitChanges++;
        if (toUsual || random.Next(3) == 0)
            manager.ApplyLimits(limits.Usual);
        else if (random.Next(2) == 0)
            manager.ApplyLimits(limits.Vary(random));
        else
            LimitOne();
        AllowlistEntry entry = SoakLimits.Allowed[random.Next(SoakLimits.Allowed.Length)];
        if (!manager.Allowlist.Remove(entry))
            manager.Allowlist.Add(entry);
        _growth.Rebase(manager.TakeSnapshot().Scopes);
    }

    private void LimitOne()
    {
        using ScopeView view = random.Next(3) switch
        {
            0 => manager.ViewPeer(SoakPeers.Shared[random.Next(SoakPeers.Shared.Length)]),
            1 => manager.ViewProtocol(SoakLimits.Groups[^1]),
            _ => manager.ViewService(SoakLimits.Groups[^1]),
        };
        view.Scope.Limits = SoakLimits.OfOne(random);
    }
}
