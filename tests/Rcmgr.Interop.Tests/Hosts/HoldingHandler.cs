using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Hosts;

/// <summary>Takes a stream, waits until it is told to read, whatever becomes of the connection, and reads to the end.</summary>
/// <param name="endsAtOnce">Whether it ends its own half before it waits.</param>
internal sealed class HoldingHandler(bool endsAtOnce) : IStreamHandler
{
    public const string Protocol = "/holding/1.0.0";

    private readonly TaskCompletionSource _mayRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string ProtocolId => Protocol;

    /// <summary>How many bytes there were; faulted with what ended the reading instead.</summary>
    public Task<long> Read => _read.Task;

    public void LetRead() => _mayRead.SetResult();

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (endsAtOnce)
            await stream.CloseWriteAsync(cancellationToken);
        await _mayRead.Task;
        try
        {
            MemoryStream all = new();
            await stream.Stream.CopyToAsync(all, CancellationToken.None);
            _read.SetResult(all.Length);
        }
        catch (IOException error)
        {
            _read.SetException(error);
        }
    }
}
