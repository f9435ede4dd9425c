namespace Rcmgr;

/// <summary>How a wait has ended.</summary>
internal enum WaitOutcome : byte
{
    Granted,
    TimedOut,
    Cancelled,

    /// <summary>Too many waited already.</summary>
    QueueFull,

    /// <summary>Waiting cannot help, or no longer: more was asked than an empty scope gives, or the scope is closed.</summary>
    Hopeless,
}
