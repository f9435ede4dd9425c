using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// The accounts of connections whose handshakes run. The platform does not say which handshake has failed, so every account has a
/// deadline: who has not taken the connection by then never will, and the account is released. Safe for use from many threads.
/// </summary>
internal sealed class PendingAdmissions<TConnection>(TimeSpan deadline, TimeProvider time) : IDisposable
    where TConnection : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TConnection, Pending> _pending = new(ReferenceEqualityComparer.Instance);
    private bool _isDisposed;

    public int Count
    {
        get
        {
            lock (_gate)
                return _pending.Count;
        }
    }

    /// <summary>Keeps an account; false when no more are kept, and it stays the caller's.</summary>
    public bool TryAdd(TConnection connection, Admission admission)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return false;
            ITimer timer = time.CreateTimer(_ => Release(connection), state: null, deadline, Timeout.InfiniteTimeSpan);
            _pending.Add(connection, new Pending(admission, timer));
            return true;
        }
    }

    /// <summary>Hands an account to the caller; false when it was released or never kept.</summary>
    public bool TryTake(TConnection connection, [NotNullWhen(true)] out Admission? admission)
    {
        lock (_gate)
        {
            bool isThere = _pending.Remove(connection, out Pending? pending);
            pending?.Timer.Dispose();
            admission = pending?.Admission;
            return isThere;
        }
    }

    /// <summary>Releases every account, and keeps no more.</summary>
    public void Dispose()
    {
        Pending[] left;
        lock (_gate)
        {
            _isDisposed = true;
            left = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (Pending pending in left)
        {
            pending.Timer.Dispose();
            pending.Admission.Scope.Dispose();
        }
    }

    private void Release(TConnection connection)
    {
        if (TryTake(connection, out Admission? admission))
            admission.Scope.Dispose();
    }

    private sealed record Pending(Admission Admission, ITimer Timer);
}
