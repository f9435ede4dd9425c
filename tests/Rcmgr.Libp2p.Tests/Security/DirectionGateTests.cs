using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Libp2p.Tests.Security;

public sealed class DirectionGateTests
{
    [Fact]
    public void Second_operation_is_refused_until_the_first_leaves()
    {
        var gate = new DirectionGate();
        gate.Enter(this);

        Assert.Throws<InvalidOperationException>(() => gate.Enter(this));
        Assert.True(gate.TryLeave());
        gate.Enter(this);
    }

    [Fact]
    public void Closing_a_free_direction_frees_its_resources_once()
    {
        var gate = new DirectionGate();

        Assert.True(gate.Close());
        Assert.False(gate.Close());
        Assert.Throws<ObjectDisposedException>(() => gate.Enter(this));
    }

    [Fact]
    public void Operation_inside_a_closed_direction_frees_its_resources_when_it_leaves()
    {
        var gate = new DirectionGate();
        gate.Enter(this);

        Assert.False(gate.Close());
        Assert.False(gate.Close());
        Assert.False(gate.TryLeave());
        Assert.Throws<ObjectDisposedException>(() => gate.Enter(this));
    }
}
