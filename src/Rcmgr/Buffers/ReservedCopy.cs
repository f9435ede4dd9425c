using System.Buffers;

namespace Rcmgr;

/// <summary>Copying between streams through buffers that are reserved on a scope.</summary>
public static class ReservedCopy
{
    private const int DefaultBufferSize = 64 * 1024;

    /// <summary>
    /// Copies what is left of <paramref name="source"/>. A buffer is reserved while bytes are on their way and given back before the next
    /// are waited for, so a copy that has nothing to do holds nothing, provided that reading zero bytes of the source waits for data, as
    /// it does with sockets, pipes and TLS; with other streams the buffer is held while the source is read.
    /// </summary>
    /// <param name="source">Read to its end.</param>
    /// <param name="destination">Written to; neither flushed nor closed.</param>
    /// <param name="scope">Who pays for the buffer.</param>
    /// <param name="bufferSize">Bytes that may be on their way.</param>
    /// <param name="priority">How full a scope may get with the buffer; see <see cref="MemoryPriority"/>.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>The bytes that were copied.</returns>
    /// <exception cref="ArgumentNullException">A stream or the scope is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is not positive.</exception>
    /// <exception cref="ResourceLimitExceededException">A buffer was refused; what was read before has been written.</exception>
    /// <exception cref="ScopeClosedException">The scope is closed.</exception>
    /// <exception cref="OperationCanceledException">The copy was cancelled.</exception>
    public static Task<long> CopyToAsync(
        this Stream source,
        Stream destination,
        ResourceScope scope,
        int bufferSize = DefaultBufferSize,
        byte priority = MemoryPriority.Always,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferSize);
        return CopyAsync(source, destination, () => ValueTask.FromResult(scope.RentMemory(bufferSize, priority)), cancellationToken);
    }

    /// <summary>
    /// Copies as <see cref="CopyToAsync(Stream, Stream, ResourceScope, int, byte, CancellationToken)"/> does, but waits for each buffer when a limit
    /// refuses it: a copy slows down rather than fail.
    /// </summary>
    /// <param name="source">Read to its end.</param>
    /// <param name="destination">Written to; neither flushed nor closed.</param>
    /// <param name="scope">Who pays for the buffer.</param>
    /// <param name="wait">How long to wait for one buffer.</param>
    /// <param name="bufferSize">Bytes that may be on their way.</param>
    /// <param name="priority">How full a scope may get with the buffer, and whose turn it is; see <see cref="MemoryPriority"/>.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>The bytes that were copied.</returns>
    /// <exception cref="ArgumentNullException">A stream or the scope is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is not positive, or the timeout is negative.</exception>
    /// <exception cref="ResourceLimitExceededException">A buffer was not to be had in time; what was read before has been written.</exception>
    /// <exception cref="ScopeClosedException">The scope is closed.</exception>
    /// <exception cref="OperationCanceledException">The copy was cancelled.</exception>
    public static Task<long> CopyToAsync(
        this Stream source,
        Stream destination,
        ResourceScope scope,
        WaitOptions wait,
        int bufferSize = DefaultBufferSize,
        byte priority = MemoryPriority.Always,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferSize);
        ResourceManager.ThrowIfInvalid(wait);
        return CopyAsync(source, destination, () => scope.RentMemoryAsync(bufferSize, priority, wait, cancellationToken), cancellationToken);
    }

    private static async Task<long> CopyAsync(
        Stream source, Stream destination, Func<ValueTask<IMemoryOwner<byte>>> rent, CancellationToken cancellationToken)
    {
        long copied = 0;
        while (true)
        {
            await source.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            using IMemoryOwner<byte> buffer = await rent().ConfigureAwait(false);
            int read = await source.ReadAsync(buffer.Memory, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return copied;
            await destination.WriteAsync(buffer.Memory[..read], cancellationToken).ConfigureAwait(false);
            copied += read;
        }
    }
}
