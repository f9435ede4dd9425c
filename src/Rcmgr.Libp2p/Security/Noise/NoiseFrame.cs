namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>The framing of every Noise message on the wire: a big-endian 16-bit length, then the message.</summary>
internal static class NoiseFrame
{
    public const int HeaderBytes = 2;

    /// <summary>The largest message the length field and the Noise specification (§3) allow, tag included.</summary>
    public const int MaxMessageBytes = ushort.MaxValue;

    /// <summary>
    /// The plaintext put into one frame: a byte short of the most possible, so that full frames are 64 KiB and fill buffers without a rest.
    /// </summary>
    public const int MaxPlaintextBytes = 64 * 1024 - HeaderBytes - NoiseCipher.TagBytes;

    /// <summary>What a frame adds to its plaintext.</summary>
    public const int OverheadBytes = HeaderBytes + NoiseCipher.TagBytes;
}
