using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>Whoever looks at all scopes, or changes what all shards go by, waits for every shard: also for one that it does not touch.</summary>
public sealed class AllShardsTests
{
    private static readonly Dictionary<string, Action<Scene>> Operations = new()
    {
        ["reads what a wide scope holds"] = scene => _ = scene.Manager.System.Usage,
        ["takes a snapshot"] = scene => scene.Manager.TakeSnapshot(),
        ["reads the wide scopes"] = scene => scene.Manager.Engine.ReadWideScopes(),
        ["pins the wide scopes"] = scene => scene.Manager.Engine.PinStrict(),
        ["plans limits"] = scene => scene.Manager.PlanLimits(Infinite),
        ["replaces limits"] = scene => scene.Manager.ApplyLimits(Infinite),
        ["sets the limits of a wide scope"] = scene => scene.Manager.System.Limits = All,
        ["explains a stream"] = scene => scene.Manager.Explain(ResourceOperation.OpenStream(Alice, Direction.Inbound)),
        ["looks at the scopes above a stream"] = scene => scene.Manager.Engine.PeekPath(scene.Stream),
        ["reserves on a protocol that only others use"] = scene => scene.Protocol.ReserveMemory(1),
        ["begins a span on a protocol that only others use"] = scene => scene.Protocol.BeginSpan(),
        ["releases on a wide scope what others reserved"] = scene => scene.Manager.System.ReleaseMemory(1),
        ["releases on a peer what others reserved"] = scene => scene.Stream.PeerScope.ReleaseMemory(1),
        ["names the real limit behind a counter that would wrap"] = scene =>
            scene.Stream.TryReserveMemory(long.MaxValue, MemoryPriority.Always, out _),
    };

    public static TheoryData<string> Names => [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Waits_for_every_shard(string operation)
    {
        Scene scene = Scene.Create();
        Shard shard = scene.Uninvolved();
        Thread thread = new(() => Operations[operation](scene)) { IsBackground = true };
        shard.Gate.Enter();
        try
        {
            thread.Start();
            Assert.True(SpinWait.SpinUntil(
                () => !thread.IsAlive || thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(10)));

            // A thread may sleep for other reasons at first. One that waits for the gate cannot end, however long this takes.
            Assert.False(thread.Join(TimeSpan.FromMilliseconds(20)));
        }
        finally
        {
            shard.Gate.Exit();
        }

        Assert.True(thread.Join(TimeSpan.FromSeconds(10)));
    }

    /// <summary>A stream of a peer that is in another shard than the one in which its protocol is reserved on.</summary>
    private sealed record Scene(ResourceManager Manager, StreamScope Stream, ResourceScope Protocol)
    {
        public static Scene Create()
        {
            ResourceManager manager = Counting.ParkedWidely.Create(Infinite);
            for (int i = 0; ; i++)
            {
                StreamScope stream = manager.OpenStream(new PeerKey($"peer-{i}"), Direction.Inbound);
                stream.SetProtocol("/a");
                stream.ReserveMemory(100);
                if (!ReferenceEquals(stream.Shard, stream.ProtocolScope!.Shard))
                    return new Scene(manager, stream, stream.ProtocolScope);
                _ = stream.PeerScope;
                stream.Dispose();
            }
        }

        public Shard Uninvolved() =>
            Manager.Engine.System.Accounts.Select(account => account!.Shard)
                .First(shard => shard != Manager.System.Shard && shard != Stream.Shard && shard != Protocol.Shard);
    }
}
