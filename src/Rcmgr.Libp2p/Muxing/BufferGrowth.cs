namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// Larger buffers for one direction of a connection. They are asked for only once much has moved, so that a connection that is mostly
/// idle does not pay for them, and kept until it ends. For one caller at a time; what it decided is seen by all.
/// </summary>
/// <param name="tryGrow">Pays for the larger buffers, or says no.</param>
internal sealed class BufferGrowth(Func<bool> tryGrow)
{
    /// <summary>What has to move before it is asked for, and before it is asked for again.</summary>
    public const int ProofBytes = 4 * 1024 * 1024;

    private long _moved;
    private volatile bool _isGranted;

    /// <summary>Whether the larger buffers are paid for.</summary>
    public bool IsGranted => _isGranted;

    public void Moved(int bytes)
    {
        if (_isGranted)
            return;
        _moved += bytes;
        if (_moved < ProofBytes)
            return;
        _moved = 0;
        _isGranted = tryGrow();
    }
}

/// <summary>Both directions' <see cref="BufferGrowth"/>.</summary>
internal sealed record SessionGrowth(BufferGrowth Sending, BufferGrowth Receiving)
{
    /// <summary>For a session whose buffers stay as they are.</summary>
    public static SessionGrowth CreateNone() => new(new BufferGrowth(() => false), new BufferGrowth(() => false));
}
