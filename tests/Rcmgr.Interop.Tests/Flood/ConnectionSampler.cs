namespace Rcmgr.Interop.Tests.Flood;

/// <summary>Looks at the system scope every other millisecond, from a thread that no flood can keep waiting.</summary>
internal sealed class ConnectionSampler : IDisposable
{
    private readonly ResourceManager _manager;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _most;
    private int _samples;

    public ConnectionSampler(ResourceManager manager)
    {
        _manager = manager;
        _thread = new Thread(Sample) { IsBackground = true, Name = nameof(ConnectionSampler) };
        _thread.Start();
    }

    /// <summary>The most inbound connections that any sample has seen.</summary>
    public long Most => Interlocked.Read(ref _most);

    public int Samples => Volatile.Read(ref _samples);

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Sample()
    {
        do
        {
            ScopeReport system = _manager.TakeSnapshot().Scopes[0];
            Interlocked.Exchange(ref _most, Math.Max(_most, system.Use.ConnectionsInbound));
            Interlocked.Increment(ref _samples);
        }
        while (!_stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(2)));
    }
}
