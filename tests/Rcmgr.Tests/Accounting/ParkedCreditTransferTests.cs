using System.Net;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>What is parked when charges move from one shard or scope to another, and when limits are replaced.</summary>
public sealed class ParkedCreditTransferTests
{
    private const int Shards = 4;

    private static readonly ResourceLimits Roomy = new(64_000, 32_000, 32_000, 16_000, 8_000, 8_000, 8_000, 64 << 20);

    private static readonly PeerKey[] Peers = [.. Enumerable.Range(0, 64).Select(index => new PeerKey($"peer-{index}"))];

    [Fact]
    public void Allowlisted_connections_that_move_to_their_peers_shards_drain_no_shard_either()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8")));
        ResourceManagerLimits limits = Infinite with { System = ResourceLimits.BlockAll, AllowlistedSystem = Roomy, AllowlistedTransient = Roomy };
        ResourceManager manager = Create(limits, allowlist);
        ulong[] Counts() => [.. manager.Engine.AllowlistedSystem.Accounts.Select(account => account!.Counts)];
        void OpenAndMoveAll()
        {
            for (int i = 0; i < 4 * Peers.Length; i++)
            {
                using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Parse("10.0.0.1"));
                connection.SetPeer(Peers[i % Peers.Length]);
            }
        }

        OpenAndMoveAll();
        ulong[] before = Counts();
        OpenAndMoveAll();

        Assert.Equal(before, Counts());
    }

    [Fact]
    public void A_connection_belongs_to_the_shard_of_its_peer()
    {
        ResourceManager manager = Create(Infinite with { System = Roomy });
        foreach (PeerKey peer in Peers)
        {
            using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
            connection.SetPeer(peer);
            Assert.Same(connection.Peer!.Shard, connection.Shard);
        }
    }

    [Fact]
    public void Replaced_limits_collect_what_is_parked_and_hold_at_once()
    {
        ResourceManager manager = Create(Infinite with { System = Roomy });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        Assert.NotEqual(default, Parked(manager.Engine.System));

        manager.ApplyLimits(Infinite with { System = Roomy with { Streams = 1 } });

        Assert.Equal(default, Parked(manager.Engine.System));
        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out Refusal refusal));
        Assert.Equal("system", refusal.ScopeName);
    }

    [Fact]
    public void Limits_set_through_a_protocol_that_is_gone_hold_at_once_for_the_one_in_its_place()
    {
        ResourceManager manager = Create(Infinite with { System = Roomy });
        ScopeView gone = manager.ViewProtocol("/x");
        gone.Dispose();
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope second = manager.OpenStream(Alice, Direction.Inbound);
        first.SetProtocol("/x");
        Assert.NotEqual(0ul, ((WideScope)first.ProtocolScope!).CountChunk);

        gone.Scope.Limits = All with { Streams = 1 };

        Assert.False(second.TrySetProtocol("/x", out Refusal refusal));
        Assert.Equal("protocol:/x", refusal.ScopeName);
    }

    [Fact]
    public void Streams_that_go_on_to_their_protocols_leave_no_more_than_may_be_parked_behind()
    {
        ResourceManager manager = Create(Infinite with { Transient = Roomy with { Streams = 2_000, StreamsInbound = 1_000 } });
        WideScope transient = manager.Engine.Transient;
        long most = ParkedCreditAccounting.MostChunks * PackedCounts.Unpack(transient.CountChunk, 0).StreamsInbound;
        StreamScope[] streams = [.. Enumerable.Range(0, 300).Select(_ => manager.OpenStream(Alice, Direction.Inbound))];

        foreach (StreamScope stream in streams)
        {
            stream.SetProtocol("/x");
            Assert.All(transient.Accounts, account => Assert.InRange(PackedCounts.Unpack(account!.Counts, 0).StreamsInbound, 0, most));
        }

        Assert.Equal(default, manager.Transient.Usage);
    }

    private static ResourceManager Create(ResourceManagerLimits limits, Allowlist? allowlist = null)
    {
        allowlist ??= new Allowlist();
        return new ResourceManager(new AccountingEngine<ParkedCreditAccounting>(limits, allowlist, Shards), allowlist);
    }

    private static UsageVector Parked(WideScope scope)
    {
        UsageVector parked = default;
        foreach (ShardAccount? account in scope.Accounts)
            parked.Add(PackedCounts.Unpack(account!.Counts, account.Memory));
        return parked;
    }
}
