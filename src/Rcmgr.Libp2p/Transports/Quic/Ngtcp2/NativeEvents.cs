using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// What the library calls while it reads a packet, runs a timer or writes. No exception leaves these, and none of them reads, writes
/// or frees a connection. The cryptography runs in the helper without managed code.
/// </summary>
internal static unsafe class NativeEvents
{
    private const uint FinFlag = 1;
    private const uint HasCodeFlag = 1;
    private const int IdActive = 0;
    private const int PathProven = 0;

    public static NativeCallbacks CreateCallbacks() => new()
    {
        ClientInitial = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_client_initial_cb"),
        ReceiveClientInitial = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_recv_client_initial_cb"),
        ReceiveCryptoData = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_recv_crypto_data_cb"),
        ReceiveRetry = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_recv_retry_cb"),
        Encrypt = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_encrypt_cb"),
        Decrypt = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_decrypt_cb"),
        HeaderProtectionMask = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_hp_mask_cb"),
        UpdateKey = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_update_key_cb"),
        DeleteAeadContext = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_delete_crypto_aead_ctx_cb"),
        DeleteCipherContext = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_delete_crypto_cipher_ctx_cb"),
        GetPathChallengeData = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_get_path_challenge_data_cb"),
        VersionNegotiation = Ngtcp2Library.CryptoFunction("ngtcp2_crypto_version_negotiation_cb"),
        Random = (nint)(delegate* unmanaged[Cdecl]<byte*, nuint, void*, void>)&Random,
        GetNewConnectionId = (nint)(delegate* unmanaged[Cdecl]<nint, NativeConnectionId*, byte*, nuint, nint, int>)&GetNewConnectionId,
        RemoveConnectionId = (nint)(delegate* unmanaged[Cdecl]<nint, NativeConnectionId*, nint, int>)&RemoveConnectionId,
        DestinationIdStatus = (nint)(delegate* unmanaged[Cdecl]<nint, int, ulong, NativeConnectionId*, byte*, nint, int>)&RemoteIdStatus,
        HandshakeCompleted = (nint)(delegate* unmanaged[Cdecl]<nint, nint, int>)&HandshakeCompleted,
        StreamOpen = (nint)(delegate* unmanaged[Cdecl]<nint, long, nint, int>)&StreamOpen,
        ReceiveStreamData = (nint)(delegate* unmanaged[Cdecl]<nint, uint, long, ulong, byte*, nuint, nint, nint, int>)&ReceiveStreamData,
        AcknowledgedStreamData = (nint)(delegate* unmanaged[Cdecl]<nint, long, ulong, ulong, nint, nint, int>)&AcknowledgedStreamData,
        StreamClose = (nint)(delegate* unmanaged[Cdecl]<nint, uint, long, ulong, nint, nint, int>)&StreamClose,
        PathValidation = (nint)(delegate* unmanaged[Cdecl]<nint, uint, NativePath*, NativePath*, int, nint, int>)&PathValidation,
        StreamReset = (nint)(delegate* unmanaged[Cdecl]<nint, long, ulong, ulong, nint, nint, int>)&StreamReset,
        ExtendMaxStreamData = (nint)(delegate* unmanaged[Cdecl]<nint, long, ulong, nint, nint, int>)&ExtendMaxStreamData,
        ExtendMaxLocalStreamsBidi = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nint, int>)&ExtendMaxLocalStreams,
    };

    public static nint GetConnectionFunction => (nint)(delegate* unmanaged[Cdecl]<ConnectionReference*, nint>)&GetConnection;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetConnection(ConnectionReference* reference) => reference->Connection;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Random(byte* destination, nuint length, void* context) =>
        RandomNumberGenerator.Fill(new Span<byte>(destination, (int)length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetNewConnectionId(nint connection, NativeConnectionId* id, byte* token, nuint length, nint owner)
    {
        try
        {
            return Ngtcp2Connection.Of(owner).OnNewId(id, token, (int)length) ? 0 : NativeError.CallbackFailure;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoveConnectionId(nint connection, NativeConnectionId* id, nint owner)
    {
        try
        {
            Ngtcp2Connection.Of(owner).OnIdRetired(ConnectionIdKey.Of(*id));
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoteIdStatus(nint connection, int status, ulong sequence, NativeConnectionId* id, byte* token, nint owner)
    {
        if (status == IdActive)
            Ngtcp2Connection.Of(owner).OnRemoteIdActive();
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int HandshakeCompleted(nint connection, nint owner)
    {
        try
        {
            return Ngtcp2Connection.Of(owner).OnHandshakeCompleted() ? 0 : NativeError.CallbackFailure;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamOpen(nint connection, long stream, nint owner)
    {
        try
        {
            Ngtcp2Connection.Of(owner).OnStreamOpened(stream);
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ReceiveStreamData(
        nint connection, uint flags, long stream, ulong offset, byte* data, nuint length, nint owner, nint streamData)
    {
        try
        {
            ReadOnlySpan<byte> bytes = length == 0 ? default : new ReadOnlySpan<byte>(data, (int)length);
            Ngtcp2Connection.Of(owner).OnStreamData(stream, bytes, (flags & FinFlag) != 0);
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AcknowledgedStreamData(nint connection, long stream, ulong offset, ulong length, nint owner, nint streamData)
    {
        try
        {
            Ngtcp2Connection.Of(owner).OnAcknowledged(stream, offset + length);
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamClose(nint connection, uint flags, long stream, ulong code, nint owner, nint streamData)
    {
        try
        {
            Ngtcp2Connection.Of(owner).OnStreamClosed(stream, (flags & HasCodeFlag) != 0 ? code : null);
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamReset(nint connection, long stream, ulong finalSize, ulong code, nint owner, nint streamData)
    {
        try
        {
            Ngtcp2Connection.Of(owner).OnStreamReset(stream, code);
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int PathValidation(nint connection, uint flags, NativePath* path, NativePath* oldPath, int result, nint owner)
    {
        try
        {
            if (result == PathProven)
                Ngtcp2Connection.Of(owner).OnPathProven(*path);
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ExtendMaxStreamData(nint connection, long stream, ulong max, nint owner, nint streamData)
    {
        try
        {
            Ngtcp2Connection.Of(owner).OnStreamCredit(stream);
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ExtendMaxLocalStreams(nint connection, ulong max, nint owner)
    {
        try
        {
            Ngtcp2Connection.Of(owner).OnMoreStreams();
            return 0;
        }
        catch (Exception e)
        {
            return Fail(owner, e);
        }
    }

    private static int Fail(nint owner, Exception error)
    {
        Ngtcp2Connection.Of(owner).OnFault(error);
        return NativeError.CallbackFailure;
    }
}
