using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>
/// Stands in for the library's encryption and changes what packets say just before they are sealed: the receiver gets packets that are
/// protected validly and hold frames that no honest sender writes.
/// </summary>
internal static unsafe class FrameMutator
{
    private const int LargestPacket = 2048;
    private const int LongHeader = 0x80;
    private const byte HandshakeDone = 0x1e;

    private static readonly Lock Gate = new();
    private static nint _encrypt;
    private static Random _random = new(0);
    private static int _mutated;

    public static int Mutated => Volatile.Read(ref _mutated);

    /// <summary>The function that encrypts, for <see cref="Ngtcp2Faults.Encrypt"/>.</summary>
    public static nint Create(int seed)
    {
        Ngtcp2Library.Require();
        _encrypt = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_encrypt_cb");
        _random = new Random(seed);
        return (nint)(delegate* unmanaged[Cdecl]<byte*, void*, void*, byte*, nuint, byte*, nuint, byte*, nuint, int>)&Encrypt;
    }

    /// <summary>Likewise: every packet after the handshake says that the handshake is confirmed, and nothing else.</summary>
    public static nint CreateConfirming()
    {
        Ngtcp2Library.Require();
        _encrypt = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_encrypt_cb");
        return (nint)(delegate* unmanaged[Cdecl]<byte*, void*, void*, byte*, nuint, byte*, nuint, byte*, nuint, int>)&Confirm;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Encrypt(
        byte* destination, void* aead, void* context, byte* plain, nuint plainLength, byte* nonce, nuint nonceLength, byte* header, nuint headerLength)
    {
        byte* changed = stackalloc byte[LargestPacket];
        if (plainLength is > 0 and <= LargestPacket)
        {
            NativeMemory.Copy(plain, changed, plainLength);
            if (TryMutate(new Span<byte>(changed, (int)plainLength), (*header & LongHeader) != 0))
                plain = changed;
        }

        return ((delegate* unmanaged[Cdecl]<byte*, void*, void*, byte*, nuint, byte*, nuint, byte*, nuint, int>)_encrypt)(
            destination, aead, context, plain, plainLength, nonce, nonceLength, header, headerLength);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Confirm(
        byte* destination, void* aead, void* context, byte* plain, nuint plainLength, byte* nonce, nuint nonceLength, byte* header, nuint headerLength)
    {
        byte* changed = stackalloc byte[LargestPacket];
        if ((*header & LongHeader) == 0 && plainLength is > 0 and <= LargestPacket)
        {
            new Span<byte>(changed, (int)plainLength).Clear();
            *changed = HandshakeDone;
            plain = changed;
        }

        return ((delegate* unmanaged[Cdecl]<byte*, void*, void*, byte*, nuint, byte*, nuint, byte*, nuint, int>)_encrypt)(
            destination, aead, context, plain, plainLength, nonce, nonceLength, header, headerLength);
    }

    /// <summary>Handshakes are mostly let through, or nothing would ever come after one.</summary>
    private static bool TryMutate(Span<byte> frames, bool isHandshake)
    {
        lock (Gate)
        {
            if (_random.Next(isHandshake ? 40 : 6) != 0)
                return false;
            _mutated++;
            if (_random.Next(2) == 0)
                Scatter(frames);
            else
                Invent(frames);
            return true;
        }
    }

    private static void Scatter(Span<byte> frames)
    {
        for (int changes = _random.Next(1, 6); changes > 0; changes--)
            frames[_random.Next(Math.Min(frames.Length, _random.Next(2) == 0 ? 24 : frames.Length))] = (byte)_random.Next(256);
    }

    /// <summary>Writes frames of all types, each with a few numbers of all sizes.</summary>
    private static void Invent(Span<byte> frames)
    {
        for (int at = _random.Next(2) == 0 ? 0 : _random.Next(frames.Length); at < frames.Length;)
        {
            frames[at++] = (byte)(_random.Next(16) == 0 ? _random.Next(0x30, 0x32) : _random.Next(0x1f));
            for (int numbers = _random.Next(5); numbers > 0; numbers--)
                at += WriteNumber(frames[at..]);
        }
    }

    /// <summary>Writes a number of variable length (RFC 9000 §16); returns its length, zero when it does not fit.</summary>
    private static int WriteNumber(Span<byte> destination)
    {
        int kind = _random.Next(4);
        int length = 1 << kind;
        if (length > destination.Length)
            return 0;
        _random.NextBytes(destination[..length]);
        // Small numbers are the likelier ones to name something that there is.
        if (_random.Next(2) == 0)
            destination[..(length - 1)].Clear();
        destination[0] = (byte)((destination[0] & 0x3f) | (kind << 6));
        return length;
    }
}
