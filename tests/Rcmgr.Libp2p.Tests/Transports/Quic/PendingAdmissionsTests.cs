using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Transports.Quic.MsQuic;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class PendingAdmissionsTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _time = new();
    private readonly ResourceManager _manager = new(ResourceManagerLimits.Infinite);
    private readonly PendingAdmissions<object> _pending;

    public PendingAdmissionsTests() => _pending = new PendingAdmissions<object>(Deadline, _time);

    private long Connections => _manager.System.Usage.ConnectionsInbound;

    public void Dispose()
    {
        _pending.Dispose();
        _manager.Dispose();
    }

    [Fact]
    public void An_account_is_taken_once_and_stays_open()
    {
        object connection = new();
        Admission admission = Admit();
        Assert.True(_pending.TryAdd(connection, admission));

        Assert.True(_pending.TryTake(connection, out Admission? taken));
        _time.Advance(2 * Deadline);

        Assert.Same(admission, taken);
        Assert.Equal(1, Connections);
        Assert.Equal(0, _pending.Count);
        Assert.False(_pending.TryTake(connection, out _));
    }

    [Fact]
    public void An_account_that_nobody_takes_is_released_at_its_deadline_and_no_other()
    {
        object first = new();
        object second = new();
        _pending.TryAdd(first, Admit());
        _time.Advance(Deadline / 2);
        _pending.TryAdd(second, Admit());

        _time.Advance((Deadline / 2) - TimeSpan.FromTicks(1));
        Assert.Equal(2, Connections);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(1, Connections);
        Assert.False(_pending.TryTake(first, out _));
        Assert.True(_pending.TryTake(second, out _));
    }

    [Fact]
    public void Connections_are_told_apart_by_reference()
    {
        string one = new('a', 3);
        string equal = new('a', 3);
        PendingAdmissions<string> pending = new(Deadline, _time);
        Admission admission = Admit();
        pending.TryAdd(one, admission);

        Assert.False(pending.TryTake(equal, out _));
        pending.Dispose();
        Assert.Equal(0, Connections);
    }

    [Fact]
    public void Nothing_is_kept_after_the_end()
    {
        _pending.TryAdd(new object(), Admit());
        _pending.TryAdd(new object(), Admit());

        _pending.Dispose();

        Assert.Equal(0, Connections);
        Admission late = Admit();
        Assert.False(_pending.TryAdd(new object(), late));
        Assert.Equal(1, Connections);
    }

    [Fact]
    public async Task Whoever_comes_first_of_many_gets_the_account_alone()
    {
        object[] connections = [.. Enumerable.Range(0, 200).Select(_ => new object())];
        foreach (object connection in connections)
            _pending.TryAdd(connection, Admit());
        long taken = 0;

        Task expiring = Task.Run(() => _time.Advance(Deadline), TestContext.Current.CancellationToken);
        Parallel.ForEach(connections, connection =>
        {
            if (_pending.TryTake(connection, out _))
                Interlocked.Increment(ref taken);
        });
        await expiring;

        Assert.Equal(taken, Connections);
        Assert.Equal(0, _pending.Count);
        Assert.Equal(0, _manager.AccountingFaults);
    }

    private Admission Admit() => new(_manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false));
}
