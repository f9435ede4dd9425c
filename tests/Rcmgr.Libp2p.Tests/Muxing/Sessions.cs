using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

/// <summary>Makes sessions over in-memory channels, and speaks raw frames to one.</summary>
internal static class Sessions
{
    /// <summary>A test that has not ended by then hangs.</summary>
    public static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public static YamuxConnection Over(
        Stream channel, bool isInitiator, IStreamBudget? budget = null, YamuxOptions? options = null, TimeProvider? time = null) =>
        new(channel, isInitiator, options ?? YamuxOptions.Default, budget ?? UnlimitedStreamBudget.Instance, time ?? TimeProvider.System, NullLogger.Instance);

    public static (YamuxConnection Client, YamuxConnection Server) Pair(
        IStreamBudget? clientBudget = null, IStreamBudget? serverBudget = null, YamuxOptions? options = null, int capacity = 256 * 1024)
    {
        (Stream left, Stream right) = ChannelPair.Create(capacity);
        return (Over(left, true, clientBudget, options), Over(right, false, serverBudget, options));
    }

    /// <summary>A session as server, and its remote as raw frames.</summary>
    public static (YamuxConnection Session, RawPeer Remote) WithRawPeer(
        IStreamBudget? budget = null, YamuxOptions? options = null, TimeProvider? time = null, bool isInitiator = false, int capacity = 256 * 1024)
    {
        (Stream left, Stream right) = ChannelPair.Create(capacity);
        return (Over(left, isInitiator, budget, options, time), new RawPeer(right));
    }

    public static async Task<byte[]> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        int length;
        while ((length = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            all.Write(buffer, 0, length);
        return all.ToArray();
    }

    public static async Task<MuxedStream> AcceptOneAsync(this YamuxConnection session, CancellationToken cancellationToken)
    {
        MuxedStream? stream = await session.AcceptStreamAsync(cancellationToken);
        Assert.NotNull(stream);
        return stream;
    }
}

/// <summary>The remote side of a session, written frame by frame.</summary>
internal sealed class RawPeer(Stream channel)
{
    public Stream Channel => channel;

    public async Task SendAsync(YamuxFrameType type, YamuxFlags flags, uint id, uint length, byte[]? payload = null, byte version = 0)
    {
        byte[] frame = new byte[YamuxHeader.Size + (payload?.Length ?? 0)];
        new YamuxHeader(version, type, flags, id, length).Write(frame);
        payload?.CopyTo(frame, YamuxHeader.Size);
        await channel.WriteAsync(frame, Sessions.Deadline);
    }

    public Task OpenAsync(uint id) => SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, id, 0);

    public Task SendDataAsync(uint id, byte[] payload, YamuxFlags flags = YamuxFlags.None) =>
        SendAsync(YamuxFrameType.Data, flags, id, (uint)payload.Length, payload);

    public async Task<(YamuxHeader Header, byte[] Payload)> ReadAsync()
    {
        byte[] header = new byte[YamuxHeader.Size];
        await channel.ReadExactlyAsync(header, Sessions.Deadline);
        YamuxHeader parsed = YamuxHeader.Read(header);
        byte[] payload = new byte[parsed.Type == YamuxFrameType.Data ? parsed.Length : 0];
        await channel.ReadExactlyAsync(payload, Sessions.Deadline);
        return (parsed, payload);
    }

    /// <summary>The next frame that is not a ping of the session.</summary>
    public async Task<(YamuxHeader Header, byte[] Payload)> ReadPastPingsAsync()
    {
        while (true)
        {
            (YamuxHeader header, byte[] payload) = await ReadAsync();
            if (header.Type != YamuxFrameType.Ping || !header.Has(YamuxFlags.Syn))
                return (header, payload);
        }
    }

    /// <summary>Returns when the session has handled every frame sent before.</summary>
    public async Task SynchronizeAsync()
    {
        await SendAsync(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 4711);
        while ((await ReadPastPingsAsync()).Header != new YamuxHeader(0, YamuxFrameType.Ping, YamuxFlags.Ack, 0, 4711))
            continue;
    }

    public async Task AnswerFirstPingAsync()
    {
        (YamuxHeader ping, _) = await ReadAsync();
        Assert.Equal(YamuxFrameType.Ping, ping.Type);
        await SendAsync(YamuxFrameType.Ping, YamuxFlags.Ack, 0, ping.Length);
    }
}
