using System.Net.Security;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>A TLS stream whose large writes leave in one piece, and not record by record.</summary>
internal sealed class TlsStream(RecordStream records) : SslStream(records, leaveInnerStreamOpen: false)
{
    /// <summary>The plaintext of one record: such a write is one piece already.</summary>
    private const int RecordPlaintextBytes = 16 * 1024;

    /// <summary>Encrypts and sends. A write of more than one record that is cancelled or fails midway breaks the sending direction for good.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.Length <= RecordPlaintextBytes ? base.WriteAsync(buffer, cancellationToken) : WriteGatheredAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private async ValueTask WriteGatheredAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            int length = Math.Min(buffer.Length, RecordGatherer.MaxPlaintextBytes);
            await WritePieceAsync(buffer[..length], cancellationToken);
            buffer = buffer[length..];
        }
    }

    private async ValueTask WritePieceAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        records.Gatherer.Gather();
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
            await records.Gatherer.SendAsync(cancellationToken);
        }
        catch
        {
            records.Gatherer.Break();
            throw;
        }
    }
}
