namespace Rcmgr;

/// <summary>Hears when there may be room that there was not before.</summary>
internal interface ICapacityListener
{
    /// <summary>Something was given back.</summary>
    /// <param name="peer">The peer whose scopes have more room, as have all wide scopes; null when only wide scopes may have.</param>
    void CapacityReleased(PeerKey? peer);
}
