using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Tests.Swarm;
using Rcmgr.Libp2p.Transports.Tcp;

namespace Rcmgr.Libp2p.Tests.Transports;

/// <summary>The accept loop against sockets and hosts that fail.</summary>
public sealed class AcceptLoopTests
{
    private readonly CountingTime _time = new();
    private int _accepted;
    private int _admitted;

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets)]
    [InlineData(SocketError.NoBufferSpaceAvailable)]
    public async Task Without_descriptors_the_loop_rests_and_goes_on(SocketError error)
    {
        using CancellationTokenSource stop = new();
        Task loop = Start(_ => throw new SocketException((int)error), _ => AcceptOutcome.Handled, stop.Token);
        await Eventually.IsTrueAsync(() => _time.Timers == 1);
        Assert.Equal(1, _accepted);

        _time.Advance(AcceptLoop.Pause);
        await Eventually.IsTrueAsync(() => _time.Timers == 2);

        await stop.CancelAsync();
        await loop;
        Assert.Equal(2, _accepted);
    }

    [Fact]
    public async Task A_connection_that_was_aborted_or_fails_at_once_costs_no_pause()
    {
        using CancellationTokenSource stop = new();
        Task loop = Start(
            count => count switch
            {
                1 => throw new SocketException((int)SocketError.ConnectionAborted),
                2 or 3 => NewSocket(),
                _ => null,
            },
            _ => throw new InvalidOperationException("on purpose"),
            stop.Token);

        await Eventually.IsTrueAsync(() => Volatile.Read(ref _accepted) == 4);

        await stop.CancelAsync();
        await loop;
        Assert.Equal(2, _admitted);
    }

    [Fact]
    public async Task An_exhausted_host_makes_the_loop_rest_after_a_burst()
    {
        using CancellationTokenSource stop = new();
        Task loop = Start(_ => NewSocket(), Refuse, stop.Token);
        await Eventually.IsTrueAsync(() => _time.Timers == 1);
        Assert.Equal(AcceptLoop.ExhaustedBurst, _admitted);

        _time.Advance(AcceptLoop.Pause);
        await Eventually.IsTrueAsync(() => _time.Timers == 2);

        await stop.CancelAsync();
        await loop;
        Assert.Equal(2 * AcceptLoop.ExhaustedBurst, _admitted);
    }

    [Fact]
    public async Task Accepts_that_complete_at_once_do_not_keep_whoever_starts_the_loop()
    {
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim started = new();
        bool isOnItsOwn = false;

        Task loop = Start(Accept, Refuse, stop.Token);
        started.Set();

        await Eventually.IsTrueAsync(() => _time.Timers == 1);
        await stop.CancelAsync();
        await loop;
        Assert.True(isOnItsOwn);

        Socket Accept(int count)
        {
            // A loop on its starter's thread waits here in vain, and goes on to fail.
            if (count == 1)
                isOnItsOwn = started.Wait(TimeSpan.FromSeconds(10));
            return NewSocket();
        }
    }

    /// <summary>A clock that knows how often somebody has begun to wait.</summary>
    private sealed class CountingTime : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }

    private static Socket NewSocket() => new(SocketType.Stream, ProtocolType.Tcp);

    private static AcceptOutcome Refuse(Socket socket)
    {
        socket.Dispose();
        return AcceptOutcome.Exhausted;
    }

    private Task Start(Func<int, Socket?> accept, Func<Socket, AcceptOutcome> admit, CancellationToken stop)
    {
        AcceptLoop loop = new(AcceptAsync, Admit, _time, NullLogger.Instance);
        return loop.RunAsync(stop);

        async ValueTask<Socket> AcceptAsync(CancellationToken token)
        {
            if (accept(Interlocked.Increment(ref _accepted)) is { } socket)
                return socket;
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        }

        AcceptOutcome Admit(Socket socket)
        {
            Interlocked.Increment(ref _admitted);
            return admit(socket);
        }
    }
}
