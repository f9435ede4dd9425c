using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Tests.Identity;

public sealed class HostIdentityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rcmgr-identity-");

    private string KeyPath => Path.Combine(_folder.FullName, "host.key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Generated_identity_signs_what_its_public_key_verifies()
    {
        using var host = HostIdentity.Generate();
        byte[] signature = host.Sign("data"u8);
        Assert.Equal(64, signature.Length);
        Assert.True(host.PublicKey.Verify("data"u8, signature));
        Assert.False(host.PublicKey.Verify("date"u8, signature));
        Assert.Equal(PeerId.FromPublicKey(host.PublicKey), host.PeerId);
        Assert.StartsWith("12D3KooW", host.PeerId.ToString(), StringComparison.Ordinal);
        using var other = HostIdentity.Generate();
        Assert.NotEqual(host.PeerId, other.PeerId);
    }

    [Fact]
    public void Disposed_identity_signs_no_more()
    {
        var host = HostIdentity.Generate();
        host.Dispose();
        host.Dispose();
        Assert.Throws<ObjectDisposedException>(() => host.Sign("data"u8));
    }

    [Fact]
    public void Created_identity_is_loaded_the_next_time()
    {
        PeerId id;
        using (var created = HostIdentity.LoadOrCreate(KeyPath))
        {
            id = created.PeerId;
        }
        using var loaded = HostIdentity.LoadOrCreate(KeyPath);
        Assert.Equal(id, loaded.PeerId);
        Assert.True(loaded.PublicKey.Verify("data"u8, loaded.Sign("data"u8)));
        Assert.Equal(["host.key"], _folder.GetFiles().Select(f => f.Name));
    }

    [Fact]
    public void Published_private_key_file_is_loaded()
    {
        byte[] file = [0x08, 0x01, 0x12, 0x40, .. KeyVectors.PrivateKeyData(KeyType.Ed25519)];
        WriteOwnerOnly(file);
        using var host = HostIdentity.LoadOrCreate(KeyPath);
        Assert.Equal(KeyVectors.PublicKey(KeyType.Ed25519), host.PublicKey.ToProtobuf());
    }

    [Fact]
    public void Created_file_holds_seed_and_public_key_for_its_owner_alone()
    {
        using var host = HostIdentity.LoadOrCreate(KeyPath);
        byte[] content = File.ReadAllBytes(KeyPath);
        Assert.Equal(68, content.Length);
        Assert.Equal("08011240", Convert.ToHexString(content.AsSpan(0, 4)));
        Assert.Equal(host.PublicKey.ToProtobuf()[4..], content[36..]);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void File_that_others_may_access_is_refused(UnixFileMode extra)
    {
        HostIdentity.LoadOrCreate(KeyPath).Dispose();
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);
        var error = Assert.Throws<IdentityFileException>(() => HostIdentity.LoadOrCreate(KeyPath));
        Assert.Equal(KeyPath, error.Path);
        Assert.Contains("0600", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Corrupt
    {
        get
        {
            byte[] good = [0x08, 0x01, 0x12, 0x40, .. KeyVectors.PrivateKeyData(KeyType.Ed25519)];
            byte[] mismatch = [.. good[..^1], (byte)(good[^1] ^ 1)];
            byte[] otherType = [0x08, 0x02, .. good[2..]];
            return new()
            {
                { "empty", [] },
                { "cut off", good[..^1] },
                { "longer", [.. good, 0] },
                { "no protobuf", [.. Enumerable.Repeat((byte)0xff, 68)] },
                { "another key type", otherType },
                { "public key of another seed", mismatch },
                { "huge", new byte[100_000] },
            };
        }
    }

    [Theory, MemberData(nameof(Corrupt))]
    public void Corrupt_file_is_refused_and_left_as_it_is(string what, byte[] content)
    {
        WriteOwnerOnly(content);
        var error = Assert.Throws<IdentityFileException>(() => HostIdentity.LoadOrCreate(KeyPath));
        Assert.True(error.Message.Contains(KeyPath, StringComparison.Ordinal), what);
        Assert.Equal(content, File.ReadAllBytes(KeyPath));
    }

    [Fact]
    public void Missing_folder_is_an_io_error() =>
        Assert.ThrowsAny<IOException>(() => HostIdentity.LoadOrCreate(Path.Combine(_folder.FullName, "missing", "host.key")));

    [Fact]
    public void Hosts_that_start_at_once_agree_on_one_identity()
    {
        var ids = new PeerId[8];
        Parallel.For(0, ids.Length, i =>
        {
            using var host = HostIdentity.LoadOrCreate(KeyPath);
            ids[i] = host.PeerId;
        });
        Assert.Single(ids.Distinct());
        Assert.Equal(["host.key"], _folder.GetFiles().Select(f => f.Name));
    }

    private void WriteOwnerOnly(byte[] content)
    {
        File.WriteAllBytes(KeyPath, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
