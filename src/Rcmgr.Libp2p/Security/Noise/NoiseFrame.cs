namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>The framing of every Noise message on the wire: a big-endian 16-bit length, then the message.</summary>
internal static class NoiseFrame
{
    public const int HeaderBytes = 2;

    /// <summary>The largest message the length field and the Noise specification (§3) allow, tag included.</summary>
    public const int MaxMessageBytes = ushort.MaxValue;

    /// <summary>
    /// The plaintext put into one frame. Some bytes short of the most possible, because OpenSSL's Poly1305 is at its fastest only for an
    /// even number of blocks of 64 bytes: this frame costs an eighth less per byte than one of 65,518. Two and four of them fill a batch of
    /// the muxer without a rest.
    /// </summary>
    public const int MaxPlaintextBytes = (64 * 1024) - 256;

    /// <summary>What a frame adds to its plaintext.</summary>
    public const int OverheadBytes = HeaderBytes + NoiseCipher.TagBytes;
}
