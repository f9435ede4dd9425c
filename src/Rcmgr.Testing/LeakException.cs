namespace Rcmgr.Testing;

/// <summary>Something is left reserved that should have been given back; the message names it. Every test framework shows it as a failure.</summary>
public sealed class LeakException : Exception
{
    /// <summary>Creates the exception with a text that names what is left.</summary>
    public LeakException(string message)
        : base(message)
    {
    }
}
