using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

[StructLayout(LayoutKind.Sequential)]
internal struct NativePoll
{
    public int Descriptor;
    public short Events;
    public short Returned;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeTime
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>A datagram with its address and its control data (msghdr).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    public byte* Name;
    public uint NameLength;
    public NativeVector* Vectors;
    public nuint VectorCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
}

/// <summary>One place in a batch (mmsghdr).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeMessageSlot
{
    public NativeMessage Message;
    public uint Length;
}

/// <summary>The system calls that .NET has no batched, allocation-free form of. Linux only.</summary>
internal static unsafe partial class LibcApi
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int InputOutputError = 5;
    public const int InvalidArgument = 22;
    public const int ConnectionRefused = 111;
    public const short PollIn = 1;
    public const int EventAdd = 1;
    public const int EventDelete = 2;
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int DontWait = 0x40;
    public const int Truncated = 0x20;

    private const string Libc = "libc";

    [LibraryImport(Libc, SetLastError = true)]
    public static partial int ppoll(NativePoll* descriptors, nuint count, NativeTime* timeout, void* mask);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial int epoll_ctl(int queue, int operation, SafeHandle descriptor, byte* registration);

    [LibraryImport(Libc, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int epoll_ctl_raw(int queue, int operation, int descriptor, byte* registration);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial int epoll_wait(int queue, byte* events, int capacity, int timeout);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial nint read(int descriptor, void* buffer, nuint length);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial nint write(int descriptor, void* buffer, nuint length);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial int recvmmsg(SafeHandle socket, NativeMessageSlot* slots, uint count, int flags, NativeTime* timeout);

    [LibraryImport(Libc, SetLastError = true)]
    public static partial nint sendmsg(SafeHandle socket, NativeMessage* message, int flags);
}
