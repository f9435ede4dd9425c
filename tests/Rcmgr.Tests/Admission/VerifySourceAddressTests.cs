using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>When a remote has to prove its address first (specification §5.5).</summary>
public sealed class VerifySourceAddressTests
{
    [Fact]
    public void Half_of_what_an_address_may_hold_is_open_to_the_unproved_and_the_rest_needs_proof()
    {
        FakeTimeProvider time = new();
        ResourceManager manager = CreateLimited(ConnectionLimits.Default, time);

        Assert.Equal((4, 4), (Unproved(manager, "192.0.2.1"), Unproved(manager, "192.0.2.2")));
        Assert.True(manager.VerifySourceAddress(Ip("::ffff:192.0.2.1")));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Unproved(manager, "192.0.2.1"));
        Assert.Equal(8, manager.OpenAll("192.0.2.1", 20));
    }

    [Fact]
    public void A_subnet_that_may_hold_one_connection_always_needs_proof() =>
        Assert.Equal(0, Unproved(CreateLimited(OnePerAddress), "192.0.2.1"));

    [Fact]
    public void Loopback_and_addresses_without_limits_need_none()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.PrivateNetwork);

        Assert.Equal((100, 100), (Unproved(manager, "127.0.0.1"), Unproved(manager, "10.0.0.1")));
        Assert.Equal(100, Unproved(CreateLimited(ConnectionLimits.None), "192.0.2.1"));
        Assert.Throws<ArgumentNullException>(() => manager.VerifySourceAddress(null!));
    }

    [Fact]
    public void The_allowlist_proves_nothing()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.Default, allowlist: Listing(Network("192.0.2.0/24")));

        Assert.Equal(4, Unproved(manager, "192.0.2.1"));
    }

    private static int Unproved(ResourceManager manager, string address) =>
        Enumerable.Range(0, 100).Count(_ => !manager.VerifySourceAddress(Ip(address)));
}
