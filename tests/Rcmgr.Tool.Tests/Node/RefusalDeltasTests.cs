using Rcmgr.Tool.Node;

namespace Rcmgr.Tool.Tests.Node;

public sealed class RefusalDeltasTests
{
    private static RefusalCount Refused(ScopeKind scope, long count) =>
        new(scope, Resource.Streams, Direction.Inbound, RefusalReason.Limit, count);

    [Fact]
    public void Only_what_is_new_since_the_last_look_is_told()
    {
        RefusalDeltas deltas = new();

        Assert.Equal([Refused(ScopeKind.System, 3)], deltas.Next([Refused(ScopeKind.System, 3)]));
        Assert.Empty(deltas.Next([Refused(ScopeKind.System, 3)]));
        Assert.Equal(
            [Refused(ScopeKind.System, 2), Refused(ScopeKind.Peer, 1)],
            deltas.Next([Refused(ScopeKind.System, 5), Refused(ScopeKind.Peer, 1)]));
    }
}
