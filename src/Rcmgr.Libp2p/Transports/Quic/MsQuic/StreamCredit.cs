using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// How many more streams the remote lets us open. A wait for the platform's own count uses up a stream even when it is cancelled; a wait
/// here leaves nothing behind. Safe for use from many threads.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Without a wait handle there is nothing to dispose, and the platform may add credit at any time.")]
internal sealed class StreamCredit
{
    private readonly SemaphoreSlim _available = new(0);

    public Task TakeAsync(CancellationToken cancellationToken) => _available.WaitAsync(cancellationToken);

    public void Add(int streams)
    {
        if (streams > 0)
            _available.Release(streams);
    }
}
