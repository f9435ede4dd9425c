using System.Buffers;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// The sending half of a <see cref="RecordStream"/>: passes records on as they come, or keeps those of one large write and sends them in
/// one piece. It holds a buffer only from <see cref="Gather"/> until they are sent.
/// </summary>
internal sealed class RecordGatherer(Stream raw, ArrayPool<byte> pool)
{
    /// <summary>What is kept at most: the records of <see cref="MaxPlaintextBytes"/>, and a few small ones of the library's own.</summary>
    public const int BufferBytes = 128 * 1024;

    /// <summary>What may be written between <see cref="Gather"/> and <see cref="SendAsync"/>.</summary>
    public const int MaxPlaintextBytes = BufferBytes - 512;

    private readonly Lock _gate = new();
    private byte[]? _buffer;
    private int _sent;
    private int _kept;
    private bool _isBroken;

    /// <summary>Keeps what is written from here on.</summary>
    public void Gather()
    {
        lock (_gate)
        {
            _buffer = pool.Rent(BufferBytes);
            (_sent, _kept) = (0, 0);
        }
    }

    /// <summary>Sends what is kept; afterwards records pass at once again.</summary>
    public async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        // More than once only if the library answered the remote from a read meanwhile: its record has to follow these.
        while (TakeUnsent() is { IsEmpty: false } records)
            await raw.WriteAsync(records, cancellationToken);
    }

    /// <summary>Drops what is kept and refuses everything further: records that are made and never sent leave a gap the remote cannot cross.</summary>
    public void Break()
    {
        lock (_gate)
        {
            // The buffer is left to the collector: a write that failed on a connection being torn down may still read it.
            _buffer = null;
            _isBroken = true;
        }
    }

    /// <exception cref="IOException">An earlier large write failed midway.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> records, CancellationToken cancellationToken) =>
        TryKeep(records.Span) ? ValueTask.CompletedTask : raw.WriteAsync(records, cancellationToken);

    /// <summary>Under a lock, because the library may answer the remote from a read while a write is gathered.</summary>
    private bool TryKeep(ReadOnlySpan<byte> records)
    {
        lock (_gate)
        {
            if (_isBroken)
                throw new IOException("An earlier write failed midway; the stream cannot continue.");
            if (_buffer is null)
                return false;
            if (records.Length > BufferBytes - _kept)
                throw new IOException("The records of a write are longer than they can be.");
            records.CopyTo(_buffer.AsSpan(_kept));
            _kept += records.Length;
            return true;
        }
    }

    /// <summary>What has not been sent yet; nothing, and the buffer given back, when all of it has.</summary>
    private ReadOnlyMemory<byte> TakeUnsent()
    {
        lock (_gate)
        {
            if (_buffer is null)
                return ReadOnlyMemory<byte>.Empty;
            ReadOnlyMemory<byte> unsent = _buffer.AsMemory(_sent, _kept - _sent);
            _sent = _kept;
            if (!unsent.IsEmpty)
                return unsent;
            pool.Return(_buffer);
            _buffer = null;
            return unsent;
        }
    }
}
