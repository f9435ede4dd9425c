using System.IO.Pipelines;

namespace Rcmgr.Libp2p.Tests.Muxing;

/// <summary>Two ends of a byte channel in memory, each direction with a bounded capacity.</summary>
internal static class ChannelPair
{
    public static (Stream Left, Stream Right) Create(int capacity = 256 * 1024)
    {
        PipeOptions options = new(
            pauseWriterThreshold: capacity, resumeWriterThreshold: capacity / 2, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false);
        Pipe toRight = new(options);
        Pipe toLeft = new(options);
        return (new End(toLeft.Reader, toRight.Writer), new End(toRight.Reader, toLeft.Writer));
    }

    private sealed class End(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _input = reader.AsStream();
        private readonly Stream _output = writer.AsStream();

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _output.WriteAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _input.ReadAsync(buffer, offset, count, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _output.WriteAsync(buffer, offset, count, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _output.Dispose();
            _input.Dispose();
            base.Dispose(disposing);
        }
    }
}
