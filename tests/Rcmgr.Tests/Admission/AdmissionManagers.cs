using System.Net;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Managers whose scopes allow everything unless a test says otherwise, with limits by address and a clock to turn.</summary>
internal static class AdmissionManagers
{
    public static readonly ConnectionLimits OnePerAddress =
        ConnectionLimits.None with { SubnetsIPv4 = [new(32, 1)], SubnetsIPv6 = [new(128, 1)] };

    public static IPAddress Ip(string text) => IPAddress.Parse(text);

    public static IPAddress Ip(uint address) =>
        new([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]);

    public static ResourceManager CreateLimited(
        ConnectionLimits limits,
        TimeProvider? time = null,
        Allowlist? allowlist = null,
        Func<ResourceManagerLimits, ResourceManagerLimits>? scopes = null) => new(new ResourceManagerOptions
        {
            Limits = scopes?.Invoke(Infinite) ?? Infinite,
            Allowlist = allowlist,
            ConnectionLimits = limits,
            TimeProvider = time ?? new FakeTimeProvider(),
        });

    public static Allowlist Listing(params ReadOnlySpan<AllowlistEntry> entries)
    {
        Allowlist allowlist = new();
        foreach (AllowlistEntry entry in entries)
            allowlist.Add(entry);
        return allowlist;
    }

    public static AllowlistEntry Network(string network, PeerKey? peer = null) => new(IPNetwork.Parse(network), peer);

    /// <summary>Opens up to <paramref name="tries"/> connections and keeps them; how many there were.</summary>
    public static int OpenAll(this ResourceManager manager, string address, int tries, Direction direction = Direction.Inbound) =>
        Enumerable.Range(0, tries).Count(_ => manager.TryOpenConnection(direction, false, Ip(address), out ConnectionScope? _, out Refusal _));

    /// <summary>Opens up to <paramref name="tries"/> connections and closes each at once; how many there were.</summary>
    public static int Knock(this ResourceManager manager, IPAddress? address, int tries)
    {
        int admitted = 0;
        for (int i = 0; i < tries; i++)
        {
            if (!manager.TryOpenConnection(Direction.Inbound, false, address, out ConnectionScope? connection, out _))
                continue;
            connection.Dispose();
            admitted++;
        }

        return admitted;
    }

    public static Refusal Refuse(this ResourceManager manager, string? address, Direction direction = Direction.Inbound)
    {
        Assert.False(manager.TryOpenConnection(direction, false, address is null ? null : Ip(address), out _, out Refusal refusal));
        return refusal;
    }
}
