namespace Rcmgr;

/// <content>Operations that wait for room.</content>
internal abstract partial class AccountingEngine
{
    /// <summary>Where they wait. Set once, before the engine is used.</summary>
    public WaitQueue? Waiting { get; set; }
}
