using System.Formats.Asn1;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// The parts of an X.509 certificate (RFC 5280 §4.1) that libp2p judges, parsed strictly from hostile bytes.
/// All memory refers into the encoded certificate.
/// </summary>
/// <param name="ToBeSigned">The encoded part that the certificate's signature covers.</param>
/// <param name="SignatureAlgorithm">The object identifier of the signature's algorithm.</param>
/// <param name="Signature">The signature.</param>
/// <param name="NotBefore">Start of the validity period.</param>
/// <param name="NotAfter">End of the validity period, included.</param>
/// <param name="SubjectPublicKeyInfo">The encoded public key of the certificate.</param>
/// <param name="Libp2pExtension">The content of the libp2p public key extension.</param>
internal sealed record CertificateFields(
    ReadOnlyMemory<byte> ToBeSigned,
    string SignatureAlgorithm,
    ReadOnlyMemory<byte> Signature,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    ReadOnlyMemory<byte> SubjectPublicKeyInfo,
    ReadOnlyMemory<byte> Libp2pExtension)
{
    private const int VersionThree = 2;

    // RFC 5280 lets two-digit years stand for 1950 to 2049.
    private const int TwoDigitYearMax = 2049;

    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3);

    /// <summary>Parses one certificate that fills <paramref name="der"/> whole.</summary>
    /// <exception cref="SecurityException">The bytes are no certificate, or it is not one that libp2p allows.</exception>
    public static CertificateFields Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            return ParseCertificate(der);
        }
        catch (AsnContentException e)
        {
            throw new SecurityException(SecurityFailure.Malformed, "The certificate is not valid DER.", e);
        }
    }

    private static CertificateFields ParseCertificate(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var toBeSigned = certificate.PeekEncodedValue();
        var tbs = certificate.ReadSequence();
        var outerAlgorithm = certificate.ReadEncodedValue();
        byte[] signature = certificate.ReadBitString(out int unusedBits);
        certificate.ThrowIfNotEmpty();
        if (unusedBits != 0)
            throw Bad("Its signature is not a whole number of bytes.");

        ReadVersion(tbs);
        tbs.ReadIntegerBytes();
        var innerAlgorithm = tbs.ReadEncodedValue();
        if (!innerAlgorithm.Span.SequenceEqual(outerAlgorithm.Span))
            throw Bad("It names two different signature algorithms.");
        tbs.ReadSequence();
        var validity = tbs.ReadSequence();
        var notBefore = ReadTime(validity);
        var notAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        tbs.ReadSequence();
        var publicKey = tbs.ReadEncodedValue();
        var extension = ReadExtensions(tbs);
        tbs.ThrowIfNotEmpty();
        return new CertificateFields(
            toBeSigned, ReadAlgorithm(outerAlgorithm), signature, notBefore, notAfter, publicKey, extension);
    }

    private static void ReadVersion(AsnReader tbs)
    {
        var version = tbs.ReadSequence(VersionTag);
        if (!version.TryReadInt32(out int number) || number != VersionThree)
            throw Bad("It is not of X.509 version 3.");
        version.ThrowIfNotEmpty();
    }

    private static string ReadAlgorithm(ReadOnlyMemory<byte> encoded) =>
        new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            ? reader.ReadUtcTime(TwoDigitYearMax)
            : reader.ReadGeneralizedTime();

    private static ReadOnlyMemory<byte> ReadExtensions(AsnReader tbs)
    {
        // The unique ids that may precede are deprecated and forbidden by the libp2p specification.
        if (!tbs.HasData || !tbs.PeekTag().HasSameClassAndValue(ExtensionsTag))
            throw Bad("It has no extensions, or unique ids before them.");
        var explicitTag = tbs.ReadSequence(ExtensionsTag);
        var extensions = explicitTag.ReadSequence();
        explicitTag.ThrowIfNotEmpty();
        ReadOnlyMemory<byte>? found = null;
        while (extensions.HasData)
        {
            var (identifier, isCritical, content) = ReadExtension(extensions);
            if (identifier == Libp2pCertificate.ExtensionIdentifier)
                found = found is null ? content : throw Bad("It has the libp2p extension twice.");
            else if (isCritical && !IsUnderstood(identifier))
                throw Bad($"Its critical extension {identifier} is unknown.");
        }
        return found ?? throw Bad("It lacks the libp2p extension.");
    }

    private static (string Identifier, bool IsCritical, ReadOnlyMemory<byte> Content) ReadExtension(AsnReader extensions)
    {
        var extension = extensions.ReadSequence();
        string identifier = extension.ReadObjectIdentifier();
        bool isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
        byte[] content = extension.ReadOctetString();
        extension.ThrowIfNotEmpty();
        return (identifier, isCritical, content);
    }

    // Key usage, subject alternative name, basic constraints, extended key usage: they restrict what a certificate authority
    // vouches for, and here no authority does. Peers that mark them critical are not refused for it.
    private static bool IsUnderstood(string identifier) =>
        identifier is "2.5.29.15" or "2.5.29.17" or "2.5.29.19" or "2.5.29.37";

    private static SecurityException Bad(string why) => new(SecurityFailure.BadCertificate, "The certificate is refused. " + why);
}
