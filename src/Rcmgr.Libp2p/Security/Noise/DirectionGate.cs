namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>
/// Gives one direction of a stream to one operation at a time and decides who frees its resources when a disposal races with
/// that operation: exactly one call of <see cref="TryLeave"/> or <see cref="Close"/> says so.
/// </summary>
internal struct DirectionGate
{
    private const int Free = 0;
    private const int Busy = 1;
    private const int Closed = 2;

    private int _state;

    public readonly bool IsClosed => (Volatile.Read(in _state) & Closed) != 0;

    /// <summary>Claims the direction.</summary>
    /// <exception cref="ObjectDisposedException">The direction is closed.</exception>
    /// <exception cref="InvalidOperationException">Another operation has it.</exception>
    public void Enter(object owner)
    {
        int previous = Interlocked.CompareExchange(ref _state, Busy, Free);
        if (previous == Free)
            return;
        ObjectDisposedException.ThrowIf((previous & Closed) != 0, owner);
        throw new InvalidOperationException("Only one operation at a time is allowed per direction.");
    }

    /// <summary>Gives the direction back. True: it stays open. False: it was closed meanwhile and the caller frees its resources.</summary>
    public bool TryLeave() => Interlocked.CompareExchange(ref _state, Free, Busy) == Busy;

    /// <summary>
    /// Closes the direction. True: the caller frees its resources. False: the operation in it does, or it was closed before.
    /// </summary>
    public bool Close() => Interlocked.Or(ref _state, Closed) == Free;
}
