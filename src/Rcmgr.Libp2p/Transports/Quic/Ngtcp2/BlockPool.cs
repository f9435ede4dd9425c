using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// Free blocks of the largest size that a host's send buffers use: given back to the system each time, they would come with new pages, a
/// fault each. Safe for use from many threads.
/// </summary>
internal sealed unsafe class BlockPool : IDisposable
{
    /// <summary>Blocks that are kept while nobody uses them.</summary>
    public const int MaxFree = 64;

    private readonly Lock _gate = new();
    private readonly Stack<nint> _free = new(MaxFree);
    private bool _isDisposed;

    /// <summary>Blocks that are kept now.</summary>
    public int Free
    {
        get
        {
            lock (_gate)
                return _free.Count;
        }
    }

    public nint Rent(int bytes)
    {
        if (bytes == SendBuffer.LargestBlock)
        {
            lock (_gate)
            {
                if (_free.TryPop(out nint block))
                    return block;
            }
        }

        return (nint)NativeMemory.Alloc((nuint)bytes);
    }

    public void Return(nint block, int bytes)
    {
        if (bytes == SendBuffer.LargestBlock)
        {
            lock (_gate)
            {
                if (!_isDisposed && _free.Count < MaxFree)
                {
                    _free.Push(block);
                    return;
                }
            }
        }

        NativeMemory.Free((void*)block);
    }

    /// <summary>Frees what is kept. Blocks that come back later are freed at once.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            while (_free.TryPop(out nint block))
                NativeMemory.Free((void*)block);
        }
    }
}
