namespace Rcmgr;

/// <summary>What a connection takes of the limits by address for as long as it is open.</summary>
internal abstract class AddressSlot
{
    /// <summary>Gives it back: once for each time it was taken. Safe to use from several threads.</summary>
    public abstract void Return();
}
