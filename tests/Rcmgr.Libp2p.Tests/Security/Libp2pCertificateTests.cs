using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Tls;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

public sealed class Libp2pCertificateTests
{
    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("secp256k1")]
    public void Certificates_of_the_specification_prove_their_peer(string name)
    {
        var (peer, der) = Vector(name);

        var proven = Libp2pCertificate.Verify(der, PeerId.Parse(peer), TimeProvider.System);

        Assert.Equal(peer, proven.PeerId.ToString());
    }

    [Fact]
    public void Certificate_of_the_specification_with_a_foreign_signature_is_refused() =>
        AssertRefused(SecurityFailure.BadSignature, Vector("mismatch").Der);

    [Fact]
    public void Created_certificate_proves_its_identity()
    {
        using var certificate = Libp2pCertificate.Create(Alice, TimeProvider.System);

        var proven = Libp2pCertificate.Verify(certificate.RawData, Alice.PeerId, TimeProvider.System);

        Assert.Equal(Alice.PeerId, proven.PeerId);
        Assert.Equal(Alice.PublicKey, proven.PublicKey);
    }

    [Fact]
    public void Created_certificate_has_the_libp2p_extension_first()
    {
        using var certificate = Libp2pCertificate.Create(Alice, TimeProvider.System);

        Assert.Equal("1.3.6.1.4.1.53594.1.1", certificate.Extensions[0].Oid!.Value);
        Assert.False(certificate.Extensions[0].Critical);
    }

    [Fact]
    public void Created_certificates_never_repeat_a_serial_number_or_a_key()
    {
        using var first = Libp2pCertificate.Create(Alice, TimeProvider.System);
        using var second = Libp2pCertificate.Create(Alice, TimeProvider.System);

        Assert.NotEqual(first.SerialNumber, second.SerialNumber);
        Assert.NotEqual(first.GetPublicKey(), second.GetPublicKey());
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-0.5, true)]
    [InlineData(0, true)]
    [InlineData(99 * 365, true)]
    [InlineData(101 * 365, false)]
    public void Certificate_is_accepted_within_its_validity_period_only(double days, bool accepted)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        using var certificate = Libp2pCertificate.Create(Alice, time);
        time.AdjustTime(time.GetUtcNow() + TimeSpan.FromDays(days));

        var failure = FailureOf(Record.Exception(() => Libp2pCertificate.Verify(certificate.RawData, null, time)));

        Assert.Equal(accepted ? null : SecurityFailure.CertificateNotValidNow, failure);
    }

    [Fact]
    public void Certificate_of_another_peer_is_refused()
    {
        using var certificate = Libp2pCertificate.Create(Alice, TimeProvider.System);

        AssertRefused(SecurityFailure.PeerMismatch, certificate.RawData, Bob.PeerId);
    }

    [Fact]
    public void Certificate_above_the_size_limit_is_refused_unread() =>
        AssertRefused(SecurityFailure.TooLarge, new byte[Libp2pCertificate.MaxBytes + 1]);

    [Fact]
    public void Certificate_without_the_extension_is_refused() =>
        AssertRefused(SecurityFailure.BadCertificate, TestCertificates.P256((_, _) => { }).RawData, expected: null);

    [Fact]
    public void Certificate_with_the_extension_twice_is_refused()
    {
        // The library refuses to create duplicates; turn an innocent extension of the same size into the second one.
        byte[] der = TestCertificates.P256((request, key) =>
        {
            request.CertificateExtensions.Add(TestCertificates.Proof(Alice, key));
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.53594.1.2", [4, 0], false));
        }).RawData;
        byte[] identifier = Convert.FromHexString("2b0601040183a25a0102");
        der[der.AsSpan().IndexOf(identifier) + identifier.Length - 1] = 1;

        AssertRefused(SecurityFailure.BadCertificate, der);
    }

    [Theory]
    [InlineData(true, "1.2.3.4", false)]
    [InlineData(false, "1.2.3.4", true)]
    [InlineData(true, "2.5.29.17", true)]
    public void Unknown_extension_is_refused_only_when_critical(bool critical, string identifier, bool accepted)
    {
        byte[] der = TestCertificates.P256((request, key) =>
        {
            request.CertificateExtensions.Add(new X509Extension(identifier, [0x30, 0], critical));
            request.CertificateExtensions.Add(TestCertificates.Proof(Alice, key, critical: true));
        }).RawData;

        if (accepted)
            Assert.Equal(Alice.PeerId, Libp2pCertificate.Verify(der, null, TimeProvider.System).PeerId);
        else
            AssertRefused(SecurityFailure.BadCertificate, der);
    }

    [Fact]
    public void Signature_of_another_host_key_is_refused() =>
        AssertRefused(SecurityFailure.BadSignature, TestCertificates.P256(
            (request, key) => request.CertificateExtensions.Add(TestCertificates.Proof(Alice, key, signer: Bob))).RawData);

    [Fact]
    public void Extension_stolen_from_another_certificate_is_refused()
    {
        using var stolenFrom = Libp2pCertificate.Create(Alice, TimeProvider.System);

        AssertRefused(SecurityFailure.BadSignature, TestCertificates.P256(
            (request, _) => request.CertificateExtensions.Add(stolenFrom.Extensions[0])).RawData);
    }

    [Theory]
    [InlineData("", nameof(SecurityFailure.Malformed))]
    [InlineData("3000", nameof(SecurityFailure.Malformed))]
    [InlineData("30040400040000", nameof(SecurityFailure.Malformed))]
    [InlineData("300404000400", nameof(SecurityFailure.UnsupportedKey))]
    [InlineData("3080040004000000", nameof(SecurityFailure.Malformed))]
    public void Malformed_extension_is_refused(string content, string failure) =>
        AssertRefused(Enum.Parse<SecurityFailure>(failure), TestCertificates.P256((request, _) => request.CertificateExtensions.Add(
            new X509Extension(Libp2pCertificate.ExtensionIdentifier, Convert.FromHexString(content), false))).RawData);

    [Fact]
    public void Certificate_signed_by_another_key_is_refused()
    {
        byte[] der = [.. Vector("ed25519").Der];
        der[^1] ^= 1;

        AssertRefused(SecurityFailure.BadSignature, der);
    }

    [Fact]
    public void P384_rsa_and_ed25519_certificates_are_accepted()
    {
        byte[] p384 = TestCertificates.Ecdsa(ECCurve.NamedCurves.nistP384, AddProof, HashAlgorithmName.SHA384).RawData;

        foreach (byte[] der in (byte[][])[p384, TestCertificates.Rsa(2048, Alice), TestCertificates.Ed25519(Alice)])
            Assert.Equal(Alice.PeerId, Libp2pCertificate.Verify(der, null, TimeProvider.System).PeerId);
    }

    [Fact]
    public void Other_curves_and_rsa_sizes_are_refused()
    {
        byte[] p521 = TestCertificates.Ecdsa(ECCurve.NamedCurves.nistP521, AddProof, HashAlgorithmName.SHA512).RawData;

        AssertRefused(SecurityFailure.UnsupportedKey, p521);
        AssertRefused(SecurityFailure.UnsupportedKey, TestCertificates.Rsa(1024, Alice));
    }

    [Fact]
    public void Weak_signature_hash_is_refused()
    {
        byte[] der = [.. Vector("ed25519").Der];
        // ecdsa-with-SHA256 becomes ecdsa-with-SHA224 in both places that name it.
        byte[] sha256 = Convert.FromHexString("06082a8648ce3d040302");
        int first = der.AsSpan().IndexOf(sha256);
        int last = der.AsSpan().LastIndexOf(sha256);
        der[first + sha256.Length - 1] = der[last + sha256.Length - 1] = 1;

        AssertRefused(SecurityFailure.UnsupportedKey, der);
    }

    [Fact]
    public void Bytes_after_the_certificate_are_refused() =>
        AssertRefused(SecurityFailure.Malformed, [.. Vector("ed25519").Der, 0]);

    [Fact]
    public void Mutated_certificates_are_refused_or_prove_the_same_peer()
    {
        foreach (string name in (string[])["ed25519", "ecdsa", "secp256k1"])
        {
            var (peer, der) = Vector(name);
            Mutations.Of(der).Sample(mutated =>
            {
                try
                {
                    return Libp2pCertificate.Verify(mutated, null, TimeProvider.System).PeerId.ToString() == peer;
                }
                catch (SecurityException)
                {
                    return true;
                }
            }, iter: 1500);
        }
    }

    [Fact]
    public void Mutated_certificates_of_other_key_types_are_refused_or_prove_the_same_peer()
    {
        foreach (byte[] der in (byte[][])[TestCertificates.Rsa(2048, Alice), TestCertificates.Ed25519(Alice)])
        {
            Mutations.Of(der).Sample(mutated =>
            {
                try
                {
                    return Libp2pCertificate.Verify(mutated, null, TimeProvider.System).PeerId == Alice.PeerId;
                }
                catch (SecurityException)
                {
                    return true;
                }
            }, iter: 1500);
        }
    }

    private static void AddProof(CertificateRequest request, byte[] key) =>
        request.CertificateExtensions.Add(TestCertificates.Proof(Alice, key));

    private static void AssertRefused(SecurityFailure failure, byte[] der, PeerId? expected = null)
    {
        var refused = Assert.Throws<SecurityException>(() => Libp2pCertificate.Verify(der, expected, TimeProvider.System));
        Assert.True(failure == refused.Failure, refused.ToString());
    }

    private static (string Peer, byte[] Der) Vector(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", "tls-certificates.txt");
        string[] fields = File.ReadLines(path).Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ');
        return (fields[1], Convert.FromHexString(fields[2]));
    }
}
