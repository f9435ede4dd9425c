using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>Waits for readable sockets, for a signal of another thread, or for a time with the precision that pacing asks for.</summary>
internal sealed unsafe class EventQueue : IDisposable
{
    /// <summary>Sockets that one wait can report.</summary>
    private const int Capacity = 64;

    private const ulong SignalKey = 0;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    // The kernel packs the structure on x64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = DataOffset + sizeof(ulong);

    private readonly int _queue;
    private readonly int _signal;
    private readonly byte[] _events = GC.AllocateUninitializedArray<byte>(Capacity * 16, pinned: true);
    private readonly Lock _closing = new();
    private int _isSignaled;
    private bool _isDisposed;

    public EventQueue()
    {
        _queue = Check(LibcApi.epoll_create1(LibcApi.CloseOnExec));
        _signal = LibcApi.eventfd(0, LibcApi.NonBlocking | LibcApi.CloseOnExec);
        byte* registration = stackalloc byte[16];
        Fill(registration, SignalKey);
        if (_signal >= 0 && LibcApi.epoll_ctl_raw(_queue, LibcApi.EventAdd, _signal, registration) == 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        Dispose();
        throw new Win32Exception(error);
    }

    /// <summary>Reports <paramref name="key"/>, which is not zero, when the socket is readable.</summary>
    public void Add(SafeHandle socket, ulong key)
    {
        byte* registration = stackalloc byte[16];
        Fill(registration, key);
        Check(LibcApi.epoll_ctl(_queue, LibcApi.EventAdd, socket, registration));
    }

    public void Remove(SafeHandle socket)
    {
        byte* registration = stackalloc byte[16];
        _ = LibcApi.epoll_ctl(_queue, LibcApi.EventDelete, socket, registration);
    }

    /// <summary>Ends a wait. From any thread.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _isSignaled, 1) != 0)
            return;
        lock (_closing)
        {
            ulong one = 1;
            if (!_isDisposed)
                _ = LibcApi.write(_signal, &one, sizeof(ulong));
        }
    }

    /// <summary>Waits for at most <paramref name="nanoseconds"/> and writes the keys of readable sockets; returns how many there are.</summary>
    public int Wait(ulong nanoseconds, Span<ulong> keys)
    {
        if (nanoseconds > 0)
        {
            NativePoll poll = new() { Descriptor = _queue, Events = LibcApi.PollIn };
            NativeTime time = new()
            {
                Seconds = (long)(nanoseconds / NanosecondsPerSecond),
                Nanoseconds = (long)(nanoseconds % NanosecondsPerSecond),
            };
            if (LibcApi.ppoll(&poll, 1, &time, null) <= 0)
                return 0;
        }

        return Collect(keys);
    }

    public void Dispose()
    {
        lock (_closing)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            if (_signal >= 0)
                _ = LibcApi.close(_signal);
            _ = LibcApi.close(_queue);
        }
    }

    private int Collect(Span<ulong> keys)
    {
        int found = 0;
        fixed (byte* events = _events)
        {
            int count = LibcApi.epoll_wait(_queue, events, Math.Min(Capacity, keys.Length), 0);
            for (int i = 0; i < count; i++)
            {
                ulong key = *(ulong*)(events + (i * EventBytes) + DataOffset);
                if (key == SignalKey)
                    TakeSignal();
                else
                    keys[found++] = key;
            }
        }

        return found;
    }

    private void TakeSignal()
    {
        ulong count;
        _ = LibcApi.read(_signal, &count, sizeof(ulong));
        // After the read: whoever signals from now on wakes the next wait. A full fence: whoever found the signal still given has posted
        // its work before, and the loop must see that work.
        Interlocked.Exchange(ref _isSignaled, 0);
    }

    private static void Fill(byte* registration, ulong key)
    {
        *(uint*)registration = (uint)LibcApi.PollIn;
        *(ulong*)(registration + DataOffset) = key;
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
}
