using Rcmgr.Tool.Bench;
using Rcmgr.Tool.Bench.Floor;

namespace Rcmgr.Tool.Tests.Bench;

public sealed class EchoFloorTests
{
    [Fact]
    public void An_echo_seals_and_opens_twice_and_goes_through_the_kernel_twice_as_cheaply_as_it_can()
    {
        IReadOnlyList<EchoFloor> floors = EchoFloor.Of(
            [Row(EchoFloor.NoiseCipher, 300), Row(EchoFloor.TlsCipher, 200), Row(EchoFloor.Tcp + "a", 900), Row(EchoFloor.Tcp + "b", 700)]);

        Assert.Equal(["noise", "tls"], floors.Select(floor => floor.Security));
        Assert.Equal([2600, 2200], floors.Select(floor => floor.Cost));
        Assert.Equal(Environment.ProcessorCount * 1_000_000 / 2600.0, floors[0].Rate, 6);
    }

    private static FloorRow Row(string name, int microseconds) =>
        new(name, [new BenchSample(1, TimeSpan.FromSeconds(1), TimeSpan.FromMicroseconds(microseconds))]);
}
