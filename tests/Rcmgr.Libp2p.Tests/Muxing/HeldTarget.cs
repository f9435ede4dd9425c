using Rcmgr.Libp2p.Protocols;

namespace Rcmgr.Libp2p.Tests.Muxing;

/// <summary>Its first write waits, until it is released, before it looks at its bytes.</summary>
internal sealed class HeldTarget : WriteTarget
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MemoryStream Written { get; } = new();

    /// <summary>Completes when the first write has begun.</summary>
    public Task Entered => _entered.Task;

    public void Release() => _released.SetResult();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _entered.TrySetResult();
        await _released.Task.WaitAsync(cancellationToken);
        Written.Write(buffer.Span);
    }
}
