using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Tests.Security;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class BufferGrowthTests
{
    private int _asked;

    [Fact]
    public void Nobody_is_asked_before_much_has_moved()
    {
        BufferGrowth growth = new(Grant);

        growth.Moved(BufferGrowth.ProofBytes - 1);

        Assert.Equal(0, _asked);
        Assert.False(growth.IsGranted);
    }

    [Fact]
    public void What_is_granted_is_not_asked_for_again()
    {
        BufferGrowth growth = new(Grant);
        for (int i = 0; i < 10; i++)
            growth.Moved(BufferGrowth.ProofBytes);

        Assert.Equal(1, _asked);
        Assert.True(growth.IsGranted);
    }

    [Fact]
    public void After_a_refusal_as_much_has_to_move_again()
    {
        BufferGrowth growth = new(Refuse);
        growth.Moved(BufferGrowth.ProofBytes);
        Assert.Equal(1, _asked);

        growth.Moved(BufferGrowth.ProofBytes - 1);
        Assert.Equal(1, _asked);
        growth.Moved(1);

        Assert.Equal(2, _asked);
        Assert.False(growth.IsGranted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_fills_larger_batches_only_when_they_are_paid_for(bool isPaid)
    {
        BufferGrowth growth = new(isPaid ? Grant : Refuse);
        growth.Moved(BufferGrowth.ProofBytes);
        (Stream left, Stream right) = ChannelPair.Create(capacity: 64 * 1024);
        RecordingStream channel = new(left);
        CancellationToken ct = Sessions.Deadline;
        YamuxConnection session = new(
            channel, isInitiator: true, YamuxOptions.Default, UnlimitedStreamBudget.Instance, TimeProvider.System, NullLogger.Instance,
            new SessionGrowth(growth, new BufferGrowth(Refuse)));
        YamuxConnection remote = Sessions.Over(right, isInitiator: false);

        for (int i = 0; i < 2; i++)
        {
            MuxedStream near = await session.OpenStreamAsync(ct);
            Task<byte[]> received = Sessions.ReadToEndAsync(await remote.AcceptOneAsync(ct), ct);
            await near.WriteAsync(new byte[200_000], ct);
            await near.CloseWriteAsync(ct);
            Assert.Equal(200_000, (await received).Length);
        }

        Assert.Equal(isPaid, channel.LongestWrite > YamuxOptions.Default.SendBatch);
        Assert.True(channel.LongestWrite <= YamuxOptions.GrownSendBatch);
        await session.DisposeAsync();
        await remote.DisposeAsync();
    }

    private bool Grant()
    {
        _asked++;
        return true;
    }

    private bool Refuse()
    {
        _asked++;
        return false;
    }
}
