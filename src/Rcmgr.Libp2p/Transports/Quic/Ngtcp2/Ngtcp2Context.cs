using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>What all connections of one host share.</summary>
internal sealed unsafe class Ngtcp2Context : IDisposable
{
    private readonly byte[] _resetSecret = RandomNumberGenerator.GetBytes(32);

    public Ngtcp2Context(HostIdentity identity, QuicOptions options, TimeProvider time, ILogger logger, Ngtcp2Faults? faults)
    {
        Options = options;
        Logger = logger;
        Credentials = new TlsCredentials(identity, time);
        FailsAllocation = faults?.FailsAllocation;
        NativeCallbacks callbacks = NativeEvents.CreateCallbacks();
        Callbacks = faults is { Encrypt: not 0 } ? callbacks with { Encrypt = faults.Encrypt } : callbacks;
    }

    public QuicOptions Options { get; }

    public ILogger Logger { get; }

    public TlsCredentials Credentials { get; }

    /// <summary>Seals the tokens with which addresses prove themselves.</summary>
    public byte[] TokenSecret { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>The callbacks; the library copies them.</summary>
    public NativeCallbacks Callbacks { get; }

    /// <summary>See <see cref="Ngtcp2Faults"/>.</summary>
    public Func<bool>? FailsAllocation { get; }

    public static NativeConnectionId NewConnectionId(int length)
    {
        NativeConnectionId id = default;
        id.Length = (nuint)length;
        RandomNumberGenerator.Fill(((Span<byte>)id.Bytes)[..length]);
        return id;
    }

    /// <summary>The token by which a remote knows that this host has forgotten the connection with <paramref name="id"/>.</summary>
    public bool TryCreateResetToken(NativeConnectionId* id, byte* token)
    {
        fixed (byte* secret = _resetSecret)
            return Ngtcp2Api.ngtcp2_crypto_generate_stateless_reset_token(token, secret, (nuint)_resetSecret.Length, id) == 0;
    }

    public void Dispose() => Credentials.Dispose();
}
