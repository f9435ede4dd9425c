namespace Rcmgr;

/// <summary>A scope refused a reservation because a limit would have been exceeded (specification §2.3).</summary>
public sealed class ResourceLimitExceededException : Exception
{
    /// <summary>Creates the exception for <paramref name="refusal"/>; the message is the refusal's text.</summary>
    public ResourceLimitExceededException(Refusal refusal)
        : base(refusal.ToString())
    {
        Refusal = refusal;
    }

    /// <summary>What was refused, by which scope, and which configuration key would raise the limit.</summary>
    public Refusal Refusal { get; }
}
