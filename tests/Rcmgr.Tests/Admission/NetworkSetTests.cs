using System.Net;
using CsCheck;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Address values and sets of networks against the framework's own types.</summary>
public sealed class NetworkSetTests
{
    private static readonly Gen<IPAddress> Address = Gen.OneOf(
        Gen.UInt[0x0a000000, 0x0a00000f].Select(Ip), Gen.UInt.Select(Ip), Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes)));

    private static readonly Gen<IPNetwork> Network = Gen.Select(Address, Gen.Int[0, 128]).Select((address, length) =>
    {
        byte[] bytes = address.GetAddressBytes();
        length = Math.Min(length, bytes.Length * 8);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - (8 * i), 0, 8));
        return new IPNetwork(new IPAddress(bytes), length);
    });

    [Fact]
    public void An_address_is_in_a_set_if_it_is_in_a_network_of_its_family() =>
        Gen.Select(Network.Array[0, 20], Address.Array[1, 20]).Sample((networks, addresses) =>
        {
            NetworkSet set = new(networks.Select(AddressPrefix.Of));
            foreach (IPAddress address in addresses.Concat(networks.Select(network => network.BaseAddress)))
            {
                bool expected = networks.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
                Assert.Equal(expected, set.Contains(AddressValue.Of(address, keepsMapped: true)));
            }
        }, iter: 500);

    [Fact]
    public void Values_and_prefixes_turn_back_into_what_they_were_made_of() =>
        Gen.Select(Address, Network).Sample((address, network) =>
        {
            Assert.Equal(address, AddressValue.Of(address, keepsMapped: true).ToIPAddress());
            Assert.Equal(network, AddressPrefix.Of(network).ToNetwork());
        }, iter: 500);
}
