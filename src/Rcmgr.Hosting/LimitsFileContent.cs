namespace Rcmgr.Hosting;

/// <summary>A limits file as it was found: its bytes, or why they could not be read. Compares by content.</summary>
internal sealed class LimitsFileContent : IEquatable<LimitsFileContent>
{
    private const int MaxBytes = LimitsReadOptions.DefaultMaxBytes;

    private readonly byte[] _bytes;

    private LimitsFileContent(byte[] bytes, string? error)
    {
        _bytes = bytes;
        Error = error;
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public string? Error { get; }

    /// <summary>
    /// Reads the file, at most one byte more than a limits text may have. The content is read instead of the file's time,
    /// because a file that is moved or linked into place may bring an old time along.
    /// </summary>
    public static LimitsFileContent Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] buffer = new byte[(int)Math.Min(file.Length, MaxBytes) + 1];
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return new LimitsFileContent(buffer[..length], null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return new LimitsFileContent([], e.Message);
        }
    }

    public bool Equals(LimitsFileContent? other) => other is not null && Error == other.Error && Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => Equals(obj as LimitsFileContent);

    public override int GetHashCode() => HashCode.Combine(Error, _bytes.Length);
}
