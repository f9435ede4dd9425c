using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Interop.Tests.Hosts;

/// <summary>An honest peer of our own: connected, and pinging without a break until told to stop.</summary>
internal sealed class PingLoop : IAsyncDisposable
{
    private readonly TestHost _peer;
    private readonly PeerId _target;
    private readonly Task _loop;
    private volatile bool _isStopping;
    private int _answered;

    private PingLoop(TestHost peer, PeerId target)
    {
        _peer = peer;
        _target = target;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Pings answered so far.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Connects a new peer to <paramref name="host"/>, and starts to ping once the first ping was answered.</summary>
    public static async Task<PingLoop> StartAsync(TestHost host)
    {
        TestHost peer = await TestHost.StartAsync();
        PeerId target = await peer.Host.DialAsync(host.Address, TestContext.Current.CancellationToken);
        await peer.Host.PingAsync(target, TestContext.Current.CancellationToken);
        return new PingLoop(peer, target);
    }

    /// <summary>Fails unless further pings are answered from now on.</summary>
    public Task GoesOnAsync()
    {
        int before = Answered;
        return Eventually.HoldsAsync(() => Answered >= before + 3 || _loop.IsFaulted, () => "an honest peer's pings are not answered");
    }

    /// <summary>Stops and fails if any ping of all those sent was not answered.</summary>
    public async Task<int> StopAsync()
    {
        _isStopping = true;
        await _loop;
        return Answered;
    }

    /// <summary>Lets the peer go, however its pings went. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await _loop.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _peer.DisposeAsync();
    }

    private async Task RunAsync()
    {
        while (!_isStopping)
        {
            await _peer.Host.PingAsync(_target, CancellationToken.None);
            Interlocked.Increment(ref _answered);
            // Leaves the machine to what the pings are to survive.
            await Task.Delay(TimeSpan.FromMilliseconds(2));
        }
    }
}
