namespace Rcmgr;

/// <summary>Hears of every connection, stream and span that is opened and of its end.</summary>
internal interface ILeafObserver
{
    void Opened(ResourceScope leaf);

    /// <summary>May be told again when a leaf is disposed again.</summary>
    void Closed(ResourceScope leaf);
}
