namespace Rcmgr;

/// <content>What metrics read.</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override IReadOnlyList<ScopeReport> ReadWideScopes()
    {
        using (_gate.EnterScope())
            return [.. WideScopes().Select(Report)];
    }

    public override void ReadPeers(PeerDistribution distribution)
    {
        using (_gate.EnterScope())
        {
            foreach (PeerScope peer in _peers.Values)
                distribution.Add(peer.Held);
        }
    }

    private IEnumerable<WideScope> WideScopes() =>
        [System, Transient, AllowlistedSystem, AllowlistedTransient, .. _services.Values, .. _protocols.Values];
}
