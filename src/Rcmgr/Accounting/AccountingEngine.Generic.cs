namespace Rcmgr;

/// <summary>
/// The accounting: admission, transitions and release over the scopes of one manager (specification §2, §3). Every operation
/// is one critical section of the gate, so it is atomic for every observer: nobody sees a charge that is taken back again.
/// </summary>
/// <remarks>
/// Invariants, at every instant outside the gate: no scope holds more than the limits that were in force at its last charge
/// allow; a scope holds at least the sum of what is charged to it; no counter is negative; a shared scope is in its table
/// exactly while something refers to it or it holds memory; a closed scope holds nothing and is never charged again.
/// No callback, log or metric runs under the gate.
/// </remarks>
/// <typeparam name="TWide">How scopes that are shared by many peers count.</typeparam>
internal sealed partial class AccountingEngine<TWide> : AccountingEngine
    where TWide : struct, IWideAccounting
{
    private readonly Gate _gate = new();
    private readonly Allowlist _allowlist;
    private long _lastConnectionId;
    private long _lastStreamId;
    private long _faults;

    public AccountingEngine(ResourceManagerLimits limits, Allowlist allowlist)
        : base(limits)
    {
        _allowlist = allowlist;
    }

    public override long Faults => Interlocked.Read(ref _faults);

    public override ScopeUsage ReadUsage(ResourceScope scope)
    {
        using (_gate.EnterScope())
            return Read(scope).ToUsage();
    }

    public override ResourceManagerSnapshot TakeSnapshot()
    {
        List<ScopeReport> reports = [];
        using (_gate.EnterScope())
        {
            reports.EnsureCapacity(4 + _services.Count + _protocols.Count + _peers.Count);
            foreach (SharedScope scope in SharedScopes())
                reports.Add(Report(scope));
        }

        return new ResourceManagerSnapshot(reports);
    }

    private static UsageVector Read(ResourceScope scope) => scope is WideScope wide ? TWide.Read(wide) : scope.Held;

    private static ScopeReport Report(ResourceScope scope) =>
        new(scope.Kind, scope.NameSubject, scope.NamePeer, Read(scope).ToUsage(), scope.CurrentLimits);

    private static bool TryChargeWide(WideScope scope, in UsageVector delta, ChargeParts parts, out Refusal refusal)
    {
        refusal = default;
        if (TWide.TryCharge(scope, delta, parts, out Violation violation))
            return true;
        refusal = Refusal.OfLimit(scope, violation);
        return false;
    }

    private void ReturnWide(WideScope scope, in UsageVector delta)
    {
        if (!TWide.Return(scope, delta))
            _faults++;
        CollectIfUnused(scope);
    }

    private void ReturnToAncestors(in Ancestors ancestors, in UsageVector delta)
    {
        ReturnLocal(ancestors.Peer, delta);
        ReturnLocal(ancestors.ProtocolPeer, delta);
        ReturnLocal(ancestors.ServicePeer, delta);
        if (ancestors.FirstWide is { } first)
            ReturnWide(first, delta);
        if (ancestors.MiddleWide is { } middle)
            ReturnWide(middle, delta);
        if (ancestors.LastWide is { } last)
            ReturnWide(last, delta);
    }

    private void ReturnLocal(SharedScope? scope, in UsageVector delta)
    {
        if (scope is not null && !scope.Held.Remove(delta))
            _faults++;
    }
}
