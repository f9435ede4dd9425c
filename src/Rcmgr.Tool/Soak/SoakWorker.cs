namespace Rcmgr.Tool.Soak;

/// <summary>One thread of a soak: a random mix of every operation on scopes of its own and on those that all threads share.</summary>
internal sealed class SoakWorker
{
    private const int StepsToPublish = 512;
    private const int StepsToWait = 2048;

    private readonly ResourceManager _manager;
    private readonly SoakState _state;
    private readonly ScopePool _pool;
    private readonly int _thread;
    private readonly Random _random;
    private readonly OwnStreams _own;
    private readonly SoakWaits _waits;
    private long _done;

    public SoakWorker(ResourceManager manager, SoakState state, SoakOracle oracle, ScopePool pool, int thread, Random random)
    {
        _manager = manager;
        _state = state;
        _pool = pool;
        _thread = thread;
        _random = random;
        _own = new OwnStreams(manager, oracle, state, thread, random);
        _waits = new SoakWaits(manager, pool, random);
    }

    /// <summary>Runs until so many operations are done or a fault is found; then closes what is its own.</summary>
    public void Run(long operations)
    {
        try
        {
            for (int step = 0; _done < operations; step++)
            {
                _done += Step();
                if (step % StepsToWait == 0)
                    _done += _waits.Begin();
                if (step % StepsToPublish != 0)
                    continue;
                _state.Publish(_thread, _done);
                if (_state.Fault is not null)
                    break;
            }

            _own.CloseAll();
        }
        catch (Exception e)
        {
            // Whatever an operation throws, it should not have: that is a finding.
            _state.Report($"an operation failed: {e}");
        }

        _state.Publish(_thread, _done);
    }

    public Task FinishAsync() => _waits.FinishAsync();

    private int Step() => _random.Next(10) switch
    {
        < 5 => _own.Step(),
        < 9 => _pool.Step(_random) ? 1 : 0,
        _ => UseConnection(),
    };

    private int UseConnection()
    {
        PeerKey peer = SoakPeers.Passing[_random.Next(SoakPeers.Passing.Length)];
        if (!_manager.TryOpenConnection((Direction)_random.Next(2), _random.Next(2) == 0, Address(), out ConnectionScope? connection, out _))
            return 1;
        connection.TryReserveMemory(_random.Next(512), MemoryPriority.Medium, out _);
        connection.TrySetPeer(peer, out _);
        connection.Dispose();
        return 4;
    }

    private System.Net.IPAddress? Address() => SoakLimits.Addresses[_random.Next(SoakLimits.Addresses.Length)];
}
