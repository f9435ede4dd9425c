using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>The versions of the structures below, as the library's functions want to be told.</summary>
internal static class StructVersion
{
    public const int PacketInfo = 1;
    public const int TransportParameters = 1;
    public const int Settings = 2;
    public const int Callbacks = 1;
    public const int ConnectionInfo = 1;
}

/// <summary>The library's error codes that are told apart.</summary>
internal static class NativeError
{
    public const int StreamIdBlocked = -206;
    public const int StreamDataBlocked = -208;
    public const int Crypto = -213;
    public const int StreamShutWrite = -219;
    public const int StreamNotFound = -220;
    public const int Draining = -224;
    public const int WriteMore = -230;
    public const int Retry = -231;
    public const int DropConnection = -232;
    public const int HandshakeTimeout = -236;
    public const int IdleClose = -238;
    public const int OutOfMemory = -501;
    public const int CallbackFailure = -502;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeInfo
{
    public int Age;
    public int VersionNumber;
    public nint VersionText;
}

[InlineArray(Capacity)]
internal struct ConnectionIdBytes
{
    public const int Capacity = 20;

    private byte _first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeConnectionId
{
    public nuint Length;
    public ConnectionIdBytes Bytes;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeVector
{
    public byte* Base;
    public nuint Length;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeAddress
{
    public byte* Socket;
    public uint Length;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePath
{
    public NativeAddress Local;
    public NativeAddress Remote;
    public void* UserData;
}

[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct NativePacketInfo
{
    public byte Ecn;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePacketHeader
{
    public NativeConnectionId DestinationId;
    public NativeConnectionId SourceId;
    public long PacketNumber;
    public byte* Token;
    public nuint TokenLength;
    public nuint PacketNumberLength;
    public nuint Length;
    public uint Version;
    public byte Type;
    public byte Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeCloseError
{
    public const int Transport = 0;
    public const int Application = 1;

    public int Type;
    public ulong Code;
    public ulong FrameType;
    public byte* Reason;
    public nuint ReasonLength;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeConnectionInfo
{
    public ulong LatestRoundTrip;
    public ulong MinRoundTrip;
    public ulong SmoothedRoundTrip;
    public ulong RoundTripVariance;
    public ulong CongestionWindow;
    public ulong SlowStartThreshold;
    public ulong BytesInFlight;
}

[StructLayout(LayoutKind.Explicit, Size = 344)]
internal struct NativeTransportParameters
{
    [FieldOffset(96)] public NativeConnectionId OriginalDestinationId;
    [FieldOffset(160)] public NativeConnectionId RetrySourceId;
    [FieldOffset(192)] public ulong MaxStreamDataBidiLocal;
    [FieldOffset(200)] public ulong MaxStreamDataBidiRemote;
    [FieldOffset(208)] public ulong MaxStreamDataUni;
    [FieldOffset(216)] public ulong MaxData;
    [FieldOffset(224)] public ulong MaxStreamsBidi;
    [FieldOffset(232)] public ulong MaxStreamsUni;
    [FieldOffset(240)] public ulong MaxIdleTimeout;
    [FieldOffset(256)] public ulong ActiveConnectionIdLimit;
    [FieldOffset(288)] public byte HasStatelessResetToken;
    [FieldOffset(289)] public byte DisableActiveMigration;
    [FieldOffset(290)] public byte HasOriginalDestinationId;
    [FieldOffset(292)] public byte HasRetrySourceId;
    [FieldOffset(294)] public byte StatelessResetToken;
}

[StructLayout(LayoutKind.Explicit, Size = 184)]
internal unsafe struct NativeSettings
{
    /// <summary>Stays null: writing logs had holes that are not mended everywhere.</summary>
    [FieldOffset(0)] public void* QlogWrite;
    [FieldOffset(16)] public ulong InitialTime;
    [FieldOffset(24)] public ulong InitialRoundTrip;
    [FieldOffset(40)] public nuint MaxPayload;
    [FieldOffset(48)] public byte* Token;
    [FieldOffset(56)] public nuint TokenLength;
    [FieldOffset(64)] public int TokenType;
    [FieldOffset(80)] public ulong MaxWindow;
    [FieldOffset(88)] public ulong MaxStreamWindow;
    [FieldOffset(112)] public ulong HandshakeTimeout;
}

/// <summary>The first words of what a TLS session points at are the crypto helper's; the last one is ours.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConnectionReference
{
    public nint GetConnection;
    public nint Connection;
    public nint Owner;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeDatum
{
    public byte* Data;
    public uint Size;
}

/// <summary>Forty function pointers, in the library's order; null where a callback is not wanted.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeCallbacks
{
    public nint ClientInitial;
    public nint ReceiveClientInitial;
    public nint ReceiveCryptoData;
    public nint HandshakeCompleted;
    public nint ReceiveVersionNegotiation;
    public nint Encrypt;
    public nint Decrypt;
    public nint HeaderProtectionMask;
    public nint ReceiveStreamData;
    public nint AcknowledgedStreamData;
    public nint StreamOpen;
    public nint StreamClose;
    public nint ReceiveStatelessReset;
    public nint ReceiveRetry;
    public nint ExtendMaxLocalStreamsBidi;
    public nint ExtendMaxLocalStreamsUni;
    public nint Random;
    public nint GetNewConnectionId;
    public nint RemoveConnectionId;
    public nint UpdateKey;
    public nint PathValidation;
    public nint SelectPreferredAddress;
    public nint StreamReset;
    public nint ExtendMaxRemoteStreamsBidi;
    public nint ExtendMaxRemoteStreamsUni;
    public nint ExtendMaxStreamData;
    public nint DestinationIdStatus;
    public nint HandshakeConfirmed;
    public nint ReceiveNewToken;
    public nint DeleteAeadContext;
    public nint DeleteCipherContext;
    public nint ReceiveDatagram;
    public nint AcknowledgedDatagram;
    public nint LostDatagram;
    public nint GetPathChallengeData;
    public nint StreamStopSending;
    public nint VersionNegotiation;
    public nint ReceiveReadKey;
    public nint ReceiveWriteKey;
    public nint EarlyDataRejected;
}
