using Rcmgr.Tests.Accounting;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Scopes;

/// <summary>Memory on a stream with a protocol and a service: each of the scopes that it is charged to can refuse alone, and each counts it.</summary>
public sealed class StreamMemoryTests
{
    private static readonly string[] Shared = ["peer:alice", "protocol:/a", "protocol:/a.peer:alice", "service:s", "service:s.peer:alice", "system"];

    public static TheoryData<Counting, string> EveryScope
    {
        get
        {
            TheoryData<Counting, string> data = [];
            foreach (Counting counting in (Counting[])[Counting.SingleGate, Counting.Parked])
            {
                foreach (string scope in (string[])["stream", "span", .. Shared])
                    data.Add(counting, scope);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EveryScope))]
    public void The_one_scope_that_has_no_room_refuses_and_nothing_is_charged(Counting counting, string full)
    {
        ResourceManager manager = counting.Create(LimitsWhere(full));
        using StreamScope stream = Open(manager);
        using SpanScope span = stream.BeginSpan();
        if (full == "stream")
            stream.Limits = Memory(5);
        if (full == "span")
            span.Limits = Memory(5);

        span.ReserveMemory(5);
        Assert.False(span.TryReserveMemory(1, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal(full, full is "stream" or "span" ? refusal.ScopeKind.ToString().ToLowerInvariant() : refusal.ScopeName);
        Assert.Equal((5, 1, 5), (refusal.Current, refusal.Requested, refusal.Limit));
        AssertAllHold(manager, 5);
        Assert.Equal((5, 5), (stream.Usage.Memory, span.Usage.Memory));
        span.ReleaseMemory(5);
        AssertAllHold(manager, 0);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    public void A_span_of_a_span_on_a_stream_is_charged_to_all_that_the_stream_is_charged_to(Counting counting)
    {
        ResourceManager manager = counting.Create(Infinite);
        using StreamScope stream = Open(manager);
        using SpanScope outer = stream.BeginSpan();
        SpanScope inner = outer.BeginSpan();

        inner.ReserveMemory(10);
        AssertAllHold(manager, 10);
        inner.ReleaseMemory(3);
        AssertAllHold(manager, 7);
        inner.Dispose();
        AssertAllHold(manager, 0);
        Assert.Equal(0, manager.AccountingFaults);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    public void A_stream_that_ends_takes_its_memory_along_from_all_and_no_more(Counting counting)
    {
        ResourceManager manager = counting.Create(Infinite);
        using StreamScope kept = Open(manager);
        StreamScope ended = Open(manager);
        kept.ReserveMemory(100);
        ended.ReserveMemory(10);

        ended.Dispose();

        AssertAllHold(manager, 100);
    }

    private static ResourceManagerLimits LimitsWhere(string full) => full switch
    {
        "peer:alice" => Infinite with { PeerDefault = Memory(5) },
        "protocol:/a" => Infinite with { ProtocolDefault = Memory(5) },
        "protocol:/a.peer:alice" => Infinite with { ProtocolPeerDefault = Memory(5) },
        "service:s" => Infinite with { ServiceDefault = Memory(5) },
        "service:s.peer:alice" => Infinite with { ServicePeerDefault = Memory(5) },
        "system" => Infinite with { System = Memory(5) },
        _ => Infinite,
    };

    private static StreamScope Open(ResourceManager manager)
    {
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        stream.SetService("s");
        return stream;
    }

    private static void AssertAllHold(ResourceManager manager, long memory)
    {
        foreach (string scope in Shared)
            Assert.Equal((scope, memory), (scope, manager.Use(scope).Memory));
        Assert.Equal(0, manager.Transient.Usage.Memory);
    }
}
