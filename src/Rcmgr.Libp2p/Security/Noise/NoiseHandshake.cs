using System.Security.Cryptography;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>
/// The XX handshake pattern (e; e, ee, s, es; s, se) as a pure state machine: no input or output, no payload semantics.
/// Messages alternate, beginning with the initiator; a call out of turn is a programming error.
/// </summary>
internal sealed class NoiseHandshake : IDisposable
{
    /// <summary>The largest count of bytes a message adds around its payload: ephemeral key, encrypted static key, tag.</summary>
    public const int MaxOverheadBytes = 2 * NoiseKeyPair.KeyBytes + 2 * NoiseCipher.TagBytes;

    private const int MessageCount = 3;

    private readonly NoiseSymmetricState _state;
    private readonly bool _isInitiator;
    private readonly NoiseKeyPair _static;
    private readonly NoiseKeyPair _ephemeral;
    private readonly byte[] _remoteStatic = new byte[NoiseKeyPair.KeyBytes];
    private readonly byte[] _remoteEphemeral = new byte[NoiseKeyPair.KeyBytes];
    private int _message;

    /// <param name="isInitiator">True on the side that sends first.</param>
    /// <param name="staticKeys">The long-lived keys of this side; stay the caller's to dispose.</param>
    /// <param name="ephemeralKeys">Keys for this handshake alone; disposed with it.</param>
    /// <param name="prologue">Data both sides must agree on; libp2p has none.</param>
    public NoiseHandshake(bool isInitiator, NoiseKeyPair staticKeys, NoiseKeyPair ephemeralKeys, ReadOnlySpan<byte> prologue)
    {
        _isInitiator = isInitiator;
        _static = staticKeys;
        _ephemeral = ephemeralKeys;
        _state = new NoiseSymmetricState("Noise_XX_25519_ChaChaPoly_SHA256"u8, prologue);
    }

    public ReadOnlySpan<byte> RemoteStaticKey => _remoteStatic;

    public ReadOnlySpan<byte> Hash => _state.Hash;

    /// <summary>Writes the next message around <paramref name="payload"/>. Returns its length.</summary>
    public int WriteMessage(ReadOnlySpan<byte> payload, Span<byte> output)
    {
        TakeTurn(writing: true);
        int written = _message switch
        {
            0 => WriteEphemeral(output),
            1 => WriteSecond(output),
            _ => WriteThird(output),
        };
        _message++;
        return written + _state.EncryptAndHash(payload, output[written..]);
    }

    /// <summary>Reads the next message and writes its payload to <paramref name="payload"/>. Returns the payload's length.</summary>
    /// <exception cref="SecurityException">The message is malformed, failed its authentication or holds a weak key.</exception>
    public int ReadMessage(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        TakeTurn(writing: false);
        int read = _message switch
        {
            0 => ReadEphemeral(message),
            1 => ReadSecond(message),
            _ => ReadStatic(message, _ephemeral),
        };
        _message++;
        return _state.DecryptAndHash(message[read..], payload);
    }

    /// <summary>The transport ciphers of this side, once all messages are exchanged. They are the caller's to dispose.</summary>
    public (NoiseCipher Send, NoiseCipher Receive) Split()
    {
        if (_message != MessageCount)
            throw new InvalidOperationException("The handshake has messages to exchange.");
        var (fromInitiator, fromResponder) = _state.Split();
        return _isInitiator ? (fromInitiator, fromResponder) : (fromResponder, fromInitiator);
    }

    public void Dispose()
    {
        _state.Dispose();
        _ephemeral.Dispose();
    }

    private int WriteSecond(Span<byte> output)
    {
        int written = WriteEphemeral(output);
        MixKey(_ephemeral, _remoteEphemeral);
        written += _state.EncryptAndHash(_static.PublicKey, output[written..]);
        MixKey(_static, _remoteEphemeral);
        return written;
    }

    private int WriteThird(Span<byte> output)
    {
        int written = _state.EncryptAndHash(_static.PublicKey, output);
        MixKey(_static, _remoteEphemeral);
        return written;
    }

    private int ReadSecond(ReadOnlySpan<byte> message)
    {
        int read = ReadEphemeral(message);
        MixKey(_ephemeral, _remoteEphemeral);
        return read + ReadStatic(message[read..], _ephemeral);
    }

    private int WriteEphemeral(Span<byte> output)
    {
        _ephemeral.PublicKey.CopyTo(output);
        _state.MixHash(_ephemeral.PublicKey);
        return NoiseKeyPair.KeyBytes;
    }

    private int ReadEphemeral(ReadOnlySpan<byte> message)
    {
        Take(message, NoiseKeyPair.KeyBytes).CopyTo(_remoteEphemeral);
        _state.MixHash(_remoteEphemeral);
        return NoiseKeyPair.KeyBytes;
    }

    private int ReadStatic(ReadOnlySpan<byte> message, NoiseKeyPair agreeWith)
    {
        int length = NoiseKeyPair.KeyBytes + _state.Overhead;
        _state.DecryptAndHash(Take(message, length), _remoteStatic);
        MixKey(agreeWith, _remoteStatic);
        return length;
    }

    private void MixKey(NoiseKeyPair own, ReadOnlySpan<byte> remote)
    {
        Span<byte> secret = stackalloc byte[NoiseKeyPair.KeyBytes];
        own.Agree(remote, secret);
        _state.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
    }

    private void TakeTurn(bool writing)
    {
        bool initiatorSpeaks = _message % 2 == 0;
        if (_message >= MessageCount || writing != (initiatorSpeaks == _isInitiator))
            throw new InvalidOperationException("Not this side's turn in the handshake.");
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> message, int count)
    {
        if (message.Length < count)
            throw new SecurityException(SecurityFailure.Malformed, "A Noise handshake message is too short.");
        return message[..count];
    }
}
