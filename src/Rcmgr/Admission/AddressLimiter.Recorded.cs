namespace Rcmgr;

/// <content>For recordings, which give slots back by address, also such as were never taken.</content>
internal sealed partial class AddressLimiter
{
    /// <summary>Each subnet of the address, or its network, holds one connection less, but never less than none.</summary>
    public void Forget(in AddressValue address)
    {
        if (FindNetwork(address) is { } network)
            network.ReturnIfHeld();
        else
            ReadSubnets(address, (level, state) => state?.ReturnIfHeld());
    }
}
