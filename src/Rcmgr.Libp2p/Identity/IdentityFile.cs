using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using NSec.Cryptography;
using Rcmgr.Libp2p.Identity.Messages;

namespace Rcmgr.Libp2p.Identity;

/// <summary>Keeps an Ed25519 key as a libp2p private-key protobuf: type, then seed and public key (64 bytes).</summary>
internal static class IdentityFile
{
    private const int SeedLength = 32;
    private const int DataLength = 64;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OthersMask =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    // type (2 bytes), data tag and length (2 bytes), data.
    private const int FileLength = 4 + DataLength;

    /// <summary>The key in the file; null if there is no file.</summary>
    public static Key? TryLoad(string path)
    {
        byte[] content = new byte[FileLength + 1];
        try
        {
            int length;
            using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
            {
                RefuseSharedAccess(path, stream);
                length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            }
            return Decode(content.AsSpan(0, length)) ?? throw new IdentityFileException(path, "it is not an Ed25519 private key.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Writes a new file; false if one exists already.</summary>
    public static bool TryCreate(string path, Key key)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        byte[] content = Encode(key);
        try
        {
            WriteOwnerOnly(temporary, content);
            return NewFile.TryMove(temporary, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            File.Delete(temporary);
        }
    }

    private static void WriteOwnerOnly(string path, byte[] content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private static void RefuseSharedAccess(string path, FileStream stream)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(stream.SafeFileHandle) & OthersMask) == 0)
        {
            return;
        }
        throw new IdentityFileException(path, "others than its owner may access it; set its mode to 0600.");
    }

    private static byte[] Encode(Key key)
    {
        byte[] seed = key.Export(KeyBlobFormat.RawPrivateKey);
        byte[] data = [.. seed, .. key.PublicKey.Export(KeyBlobFormat.RawPublicKey)];
        var message = new PrivateKeyMessage { Type = KeyKind.Ed25519, Data = UnsafeByteOperations.UnsafeWrap(data) };
        byte[] content = message.ToByteArray();
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(data);
        return content;
    }

    private static Key? Decode(ReadOnlySpan<byte> content)
    {
        if (content.Length != FileLength)
        {
            return null;
        }
        PrivateKeyMessage message;
        try
        {
            message = PrivateKeyMessage.Parser.ParseFrom(content);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
        var key = message.Type == KeyKind.Ed25519 && message.Data.Length == DataLength ? Import(message.Data.Span) : null;
        // The parser's own copy of the private key must not outlive this call either.
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(message.Data.Memory).Span);
        return key;
    }

    private static Key? Import(ReadOnlySpan<byte> data)
    {
        var parameters = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.None };
        if (!Key.TryImport(SignatureAlgorithm.Ed25519, data[..SeedLength], KeyBlobFormat.RawPrivateKey, out var key, parameters))
        {
            return null;
        }
        if (data[SeedLength..].SequenceEqual(key!.PublicKey.Export(KeyBlobFormat.RawPublicKey)))
        {
            return key;
        }
        key.Dispose();
        return null;
    }
}
