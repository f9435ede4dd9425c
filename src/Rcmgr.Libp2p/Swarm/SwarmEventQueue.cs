using System.Threading.Channels;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// The events nobody has read yet, at most so many: then the oldest makes room, and is counted. Nobody who reports an event ever waits.
/// </summary>
internal sealed class SwarmEventQueue
{
    private readonly Channel<SwarmEvent> _channel;
    private long _dropped;

    public SwarmEventQueue(int capacity)
    {
        BoundedChannelOptions options = new(capacity) { FullMode = BoundedChannelFullMode.DropOldest };
        _channel = Channel.CreateBounded<SwarmEvent>(options, _ => Interlocked.Increment(ref _dropped));
    }

    public ChannelReader<SwarmEvent> Reader => _channel.Reader;

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Publish(SwarmEvent occurred) => _channel.Writer.TryWrite(occurred);

    public void Complete() => _channel.Writer.TryComplete();
}
