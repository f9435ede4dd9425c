using Rcmgr.Libp2p.Security.Tls;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

public sealed class RecordGathererTests
{
    private readonly CountingPool _pool = new();

    [Fact]
    public async Task Records_pass_at_once_unless_they_are_gathered()
    {
        RecordingStream raw = new(Stream.Null);
        RecordGatherer gatherer = new(raw, _pool);

        await gatherer.WriteAsync(new byte[] { 1 }, Deadline);
        await gatherer.WriteAsync(new byte[] { 2 }, Deadline);

        Assert.Equal([1, 2], raw.Written);
        Assert.Equal(2, raw.WriteCount);
        Assert.Equal(0, _pool.LargestRent);
    }

    [Fact]
    public async Task Gathered_records_leave_in_one_piece()
    {
        RecordingStream raw = new(Stream.Null);
        RecordGatherer gatherer = new(raw, _pool);
        gatherer.Gather();
        await gatherer.WriteAsync(new byte[] { 1, 2 }, Deadline);
        await gatherer.WriteAsync(new byte[] { 3 }, Deadline);
        Assert.Equal(0, raw.WriteCount);

        await gatherer.SendAsync(Deadline);

        Assert.Equal([1, 2, 3], raw.Written);
        Assert.Equal(1, raw.WriteCount);
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public async Task After_they_are_sent_records_pass_again_and_can_be_gathered_again()
    {
        RecordingStream raw = new(Stream.Null);
        RecordGatherer gatherer = new(raw, _pool);
        for (byte i = 0; i < 3; i++)
        {
            gatherer.Gather();
            await gatherer.WriteAsync(new[] { i }, Deadline);
            await gatherer.SendAsync(Deadline);
            await gatherer.WriteAsync(new byte[] { 9 }, Deadline);
        }

        Assert.Equal([0, 9, 1, 9, 2, 9], raw.Written);
    }

    [Fact]
    public async Task A_record_that_comes_while_the_others_are_being_sent_follows_them()
    {
        var (ours, theirs) = DuplexEnd.CreatePair();
        RecordGatherer gatherer = new(ours, _pool);
        byte[] records = new byte[RecordGatherer.MaxPlaintextBytes];
        Array.Fill<byte>(records, 1);
        gatherer.Gather();
        await gatherer.WriteAsync(records, Deadline);
        // The other end's room is smaller, so this waits until somebody reads.
        Task sending = gatherer.SendAsync(Deadline).AsTask();
        Assert.False(sending.IsCompleted);

        await gatherer.WriteAsync(new byte[] { 2 }, Deadline);
        byte[] received = new byte[records.Length + 1];
        await theirs.ReadExactlyAsync(received, Deadline);
        await sending;

        Assert.Equal([.. records, 2], received);
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public async Task More_than_fits_is_an_error_and_nothing_of_it_is_kept()
    {
        RecordGatherer gatherer = new(Stream.Null, _pool);
        gatherer.Gather();
        await gatherer.WriteAsync(new byte[RecordGatherer.BufferBytes - 1], Deadline);
        await gatherer.WriteAsync(new byte[1], Deadline);

        await Assert.ThrowsAsync<IOException>(() => gatherer.WriteAsync(new byte[1], Deadline).AsTask());
    }

    [Fact]
    public async Task Broken_it_refuses_everything_and_its_buffer_is_never_used_again()
    {
        RecordingStream raw = new(Stream.Null);
        RecordGatherer gatherer = new(raw, _pool);
        gatherer.Gather();
        await gatherer.WriteAsync(new byte[] { 1 }, Deadline);

        gatherer.Break();

        await Assert.ThrowsAsync<IOException>(() => gatherer.WriteAsync(new byte[] { 2 }, Deadline).AsTask());
        await gatherer.SendAsync(Deadline);
        Assert.Equal(0, raw.WriteCount);
        Assert.Equal(1, _pool.RentedCount);
    }
}
