using System.Runtime.CompilerServices;

namespace Rcmgr.Libp2p.Muxing;

/// <content>Reading without a copy: the destination is handed the chunks in which the bytes wait.</content>
internal sealed partial class YamuxStream
{
    // Guarded as all of the receiving half is.
    private bool _lending;

    /// <summary>
    /// Copies all that the remote sends, out of the chunks in which it waits. A piece whose write fails counts as read.
    /// </summary>
    /// <param name="destination">What is written to, one piece after the other.</param>
    /// <param name="bufferSize">The most bytes of one write.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        while (await BorrowAsync(bufferSize, cancellationToken) is { IsEmpty: false } bytes)
        {
            try
            {
                await destination.WriteAsync(bytes, cancellationToken);
            }
            finally
            {
                TakeBack();
            }
        }
    }

    /// <summary>The next bytes where they lie, until <see cref="TakeBack"/>; none at the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> BorrowAsync(int most, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            ValueTask<int> arrival;
            lock (_receive)
            {
                if (GetReadError() is { } error)
                    throw error;
                _lending = _unread.Count > 0;
                if (_lending)
                    return _unread.Lend(most);
                if (_remoteFinished)
                    return ReadOnlyMemory<byte>.Empty;
                arrival = WaitToRead(Memory<byte>.Empty, cancellationToken);
            }

            await arrival;
        }
    }

    private void TakeBack()
    {
        Due due;
        lock (_receive)
        {
            _lending = false;
            due = CountRead(_unread.TakeBack());
        }

        Settle(due);
    }
}
