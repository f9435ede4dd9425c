using System.Buffers;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Knows which of its arrays are out, and fails a second return.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly HashSet<byte[]> _rented = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _lock = new();

    public int RentedCount
    {
        get
        {
            lock (_lock)
                return _rented.Count;
        }
    }

    public int LargestRent { get; private set; }

    public override byte[] Rent(int minimumLength)
    {
        byte[] array = new byte[minimumLength];
        lock (_lock)
        {
            _rented.Add(array);
            LargestRent = Math.Max(LargestRent, minimumLength);
        }
        return array;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        lock (_lock)
        {
            if (!_rented.Remove(array))
                throw new InvalidOperationException("The array was returned twice.");
        }
    }
}
