namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>What became of a request for memory to send from.</summary>
internal enum SendQuotaOutcome
{
    Taken,

    /// <summary>The stream is called again when something was returned.</summary>
    Waiting,

    /// <summary>The connection's account refused, and nothing is under way that could come back.</summary>
    Refused,
}

/// <summary>The bytes of one connection that wait to be acknowledged, charged to its scope. Safe for use from many threads.</summary>
internal sealed class SendQuota(ConnectionScope scope, long limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<Ngtcp2Stream> _waiting = new();
    private long _held;

    public SendQuotaOutcome Take(Ngtcp2Stream stream, int bytes, out Refusal refusal)
    {
        lock (_gate)
        {
            refusal = default;
            if (_held + bytes <= limit && scope.TryReserveMemory(bytes, MemoryPriority.Always, out refusal))
            {
                _held += bytes;
                return SendQuotaOutcome.Taken;
            }

            if (_held == 0)
                return SendQuotaOutcome.Refused;
            _waiting.Enqueue(stream);
            return SendQuotaOutcome.Waiting;
        }
    }

    public void Return(long bytes)
    {
        if (bytes == 0)
            return;
        Ngtcp2Stream[] woken = [];
        lock (_gate)
        {
            _held -= bytes;
            scope.ReleaseMemory(bytes);
            if (_waiting.Count > 0)
            {
                woken = [.. _waiting];
                _waiting.Clear();
            }
        }

        foreach (Ngtcp2Stream stream in woken)
            stream.RequestWork();
    }
}
