namespace Rcmgr;

/// <content>What metrics read.</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override IReadOnlyList<ScopeReport> ReadWideScopes()
    {
        Shard.EnterAll(_shards);
        try
        {
            return [.. WideScopes().Where(IsInUse).Select(Report)];
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }

    public override void ReadPeers(PeerDistribution distribution)
    {
        foreach (Shard shard in _shards)
        {
            using (shard.Gate.EnterScope())
            {
                foreach (PeerScope peer in shard.Peers.All())
                {
                    if (!peer.IsClosed)
                        distribution.Add(peer.Held);
                }
            }
        }
    }
}
