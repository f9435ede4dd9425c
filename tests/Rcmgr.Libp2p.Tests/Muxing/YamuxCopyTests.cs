using System.Security.Cryptography;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Protocols;

namespace Rcmgr.Libp2p.Tests.Muxing;

/// <summary>Copying a stream to another, which hands on the chunks in which the bytes wait.</summary>
public sealed class YamuxCopyTests : IAsyncLifetime
{
    private readonly CancellationToken _ct = Sessions.Deadline;
    private YamuxConnection _client = null!;
    private YamuxConnection _server = null!;
    private MuxedStream _near = null!;
    private MuxedStream _far = null!;

    public async ValueTask InitializeAsync()
    {
        (_client, _server) = Sessions.Pair();
        _near = await _client.OpenStreamAsync(_ct);
        _far = await _server.AcceptOneAsync(_ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task All_bytes_arrive_in_pieces_no_longer_than_asked_for(int bufferSize)
    {
        // More than ten windows: what is handed on makes room for more.
        byte[] sent = RandomNumberGenerator.GetBytes(3_000_000);
        Task writing = WriteAndEndAsync(sent);
        Target target = new();

        await _far.CopyToAsync(target, bufferSize, _ct);

        await writing;
        Assert.Equal(sent, target.Written.ToArray());
        Assert.InRange(target.LongestPiece, 1, bufferSize);
        Assert.Equal(0, await _far.ReadAsync(new byte[1], _ct));
        await _far.CloseWriteAsync(_ct);
        await Task.WhenAll(_near.Closed, _far.Closed).WaitAsync(_ct);
        Assert.Equal((0, 0), (_client.StreamCount, _server.StreamCount));
    }

    [Fact]
    public async Task Bytes_that_come_while_a_piece_is_written_follow_it()
    {
        HeldTarget target = new();
        Task copying = _far.CopyToAsync(target, 1024, _ct);
        await _near.WriteAsync(new byte[] { 1, 2 }, _ct);
        await target.Entered.WaitAsync(_ct);
        await WriteAndEndAsync([3, 4]);
        await AllHasArrivedAsync();

        target.Release();

        await copying;
        Assert.Equal([1, 2, 3, 4], target.Written.ToArray());
    }

    [Fact]
    public async Task A_read_beside_a_copy_is_refused()
    {
        HeldTarget target = new();
        Task copying = _far.CopyToAsync(target, 1024, _ct);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _far.ReadExactlyAsync(new byte[1], _ct));
        await WriteAndEndAsync([1]);
        await target.Entered.WaitAsync(_ct);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _far.ReadExactlyAsync(new byte[1], _ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _far.CopyToAsync(Stream.Null, _ct));

        target.Release();

        await copying;
        Assert.Equal([1], target.Written.ToArray());
    }

    [Fact]
    public async Task A_piece_whose_write_fails_counts_as_read()
    {
        await WriteAndEndAsync([1, 2, 3]);
        await AllHasArrivedAsync();

        await Assert.ThrowsAsync<IOException>(() => _far.CopyToAsync(new FailingTarget(), 2, _ct));

        Assert.Equal([3], await Sessions.ReadToEndAsync(_far, _ct));
    }

    [Fact]
    public async Task A_copy_that_is_cancelled_leaves_the_stream_readable()
    {
        using CancellationTokenSource cancelled = new();
        Task copying = _far.CopyToAsync(Stream.Null, cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copying);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _far.CopyToAsync(Stream.Null, cancelled.Token));
        await WriteAndEndAsync([5]);
        Assert.Equal([5], await Sessions.ReadToEndAsync(_far, _ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_ends_a_copy_and_leaves_its_piece_as_it_is(bool whileWriting)
    {
        HeldTarget target = new();
        Task copying = _far.CopyToAsync(target, 1024, _ct);
        if (whileWriting)
        {
            await _near.WriteAsync(new byte[] { 1, 2 }, _ct);
            await target.Entered.WaitAsync(_ct);
        }

        _near.Reset(7);
        await _far.Closed.WaitAsync(_ct);
        target.Release();

        StreamResetException reset = await Assert.ThrowsAsync<StreamResetException>(() => copying);
        Assert.Equal(7u, reset.Code);
        Assert.Equal(whileWriting ? [1, 2] : [], target.Written.ToArray());
    }

    private async Task WriteAndEndAsync(byte[] bytes)
    {
        await _near.WriteAsync(bytes, _ct);
        await _near.CloseWriteAsync(_ct);
    }

    /// <summary>Returns when the far end has everything that the near end has sent.</summary>
    private async Task AllHasArrivedAsync()
    {
        MuxedStream later = await _client.OpenStreamAsync(_ct);
        await later.WriteAsync(new byte[1], _ct);
        MuxedStream accepted = await _server.AcceptOneAsync(_ct);
        await accepted.ReadExactlyAsync(new byte[1], _ct);
    }

    private sealed class Target : WriteTarget
    {
        public MemoryStream Written { get; } = new();

        public int LongestPiece { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            LongestPiece = Math.Max(LongestPiece, buffer.Length);
            Written.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class FailingTarget : WriteTarget
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("Full.");
    }
}
