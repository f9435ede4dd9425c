namespace Rcmgr.Libp2p;

/// <summary>What a host makes and accepts QUIC connections with. docs/QUIC.md says what each can enforce.</summary>
public enum QuicEngine
{
    /// <summary>The platform's own, <see cref="MsQuic"/>, where it is present; else <see cref="Ngtcp2"/>.</summary>
    Auto,

    /// <summary>System.Net.Quic, which on Linux and macOS needs the package libmsquic.</summary>
    MsQuic,

    /// <summary>The distribution's ngtcp2 and GnuTLS. 64-bit Linux only.</summary>
    Ngtcp2,
}
