using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>What a refusal carries, and the text that an operator reads.</summary>
public sealed class RefusalTests
{
    private static readonly ResourceLimits Blocked = ResourceLimits.BlockAll;

    public static TheoryData<string, string> Messages => new()
    {
        { "system", "system: refused 1 inbound connection: 0 in use, 0 allowed; to allow more, raise System.ConnsInbound" },
        { "transient", "transient: refused 1 connection: 0 in use, 0 allowed; to allow more, raise Transient.Conns" },
        { "descriptors", "transient: refused 1 file descriptor: 0 in use, 0 allowed; to allow more, raise Transient.FD" },
        { "connection", "conn: refused 1 inbound connection: 0 in use, 0 allowed; to allow more, raise Conn.ConnsInbound" },
        { "stream", "stream: refused 1 outbound stream: 0 in use, 0 allowed; to allow more, raise Stream.StreamsOutbound" },
        { "peer", "peer:alice: refused 1 stream: 0 in use, 0 allowed; to allow more, raise Peer[\"alice\"].Streams" },
        { "protocol", "protocol:/a: refused 1 outbound stream: 0 in use, 0 allowed; to allow more, raise Protocol[\"/a\"].StreamsOutbound" },
        { "share", "protocol:/a.peer:alice: refused 1 outbound stream: 0 in use, 0 allowed; to allow more, raise ProtocolPeer[\"/a\"].StreamsOutbound" },
        { "memory", "stream-1: refused 50 bytes of memory: 60 in use, 100 allowed; to allow more, raise Stream.Memory" },
        { "priority", "stream-1: refused 50 bytes of memory: 60 in use, 59 allowed at priority 152 (limit 100); to allow more, raise Stream.Memory" },
        { "span", "stream-1.span-1: refused 101 bytes of memory: 0 in use, 100 allowed; to allow more, raise Stream.Memory" },
        { "closed", "stream-1: the scope is closed" },
        { "state", "stream-1: the scope is in the wrong state for this operation" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_refusal_says_who_what_asked_in_use_allowed_and_what_to_change(string refused, string message) =>
        Assert.Equal(message, Refuse(refused).ToString());

    [Fact]
    public void A_refusal_carries_all_numbers()
    {
        Refusal refusal = Refuse("priority");

        Assert.Equal((RefusalReason.Limit, ScopeKind.Stream, Resource.Memory, (Direction?)null), (refusal.Reason, refusal.ScopeKind, refusal.Resource, refusal.Direction));
        Assert.Equal((60L, 50L, 100L, 59L, (byte)152), (refusal.Current, refusal.Requested, refusal.Limit, refusal.Allowed, refusal.Priority));
        Assert.Equal(("stream-1", "Stream.Memory"), (refusal.ScopeName, refusal.ConfigurationKey));
        Assert.Equal(Refuse("protocol"), Refuse("protocol"));
        Assert.NotEqual(Refuse("protocol"), Refuse("share"));
        Assert.Equal(string.Empty, Refuse("closed").ConfigurationKey);
    }

    private static Refusal Refuse(string which)
    {
        ResourceManager manager = Create(limits => which switch
        {
            "system" => limits with { System = Blocked },
            "transient" => limits with { Transient = All with { Connections = 0 } },
            "descriptors" => limits with { Transient = All with { FileDescriptors = 0 } },
            "connection" => limits with { Connection = Blocked },
            "stream" => limits with { Stream = Blocked },
            "peer" => limits with { PeerDefault = All with { Streams = 0 } },
            "protocol" => limits with { ProtocolDefault = Blocked },
            "share" => limits with { ProtocolPeerDefault = Blocked },
            _ => limits with { Stream = Memory(100) },
        });
        if (!manager.TryOpenConnection(Direction.Inbound, true, null, out _, out Refusal refusal)
            || !manager.TryOpenStream(Alice, Direction.Outbound, out StreamScope? stream, out refusal))
        {
            return refusal;
        }

        _ = which switch
        {
            "memory" or "priority" => stream.TryReserveMemory(60, 255, out _)
                && stream.TryReserveMemory(50, which == "memory" ? MemoryPriority.Always : MemoryPriority.Medium, out refusal),
            "span" => stream.BeginSpan().TryReserveMemory(101, 255, out refusal),
            "state" => stream.TrySetService("s", out refusal),
            "closed" => Close(stream) && stream.TrySetProtocol("/a", out refusal),
            _ => stream.TrySetProtocol("/a", out refusal),
        };
        return refusal;
    }

    private static bool Close(StreamScope stream)
    {
        stream.Dispose();
        return true;
    }
}
