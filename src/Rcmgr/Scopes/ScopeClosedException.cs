namespace Rcmgr;

/// <summary>An operation needed a scope that is closed (specification §2.4). Not a limit: raising one does not help.</summary>
public sealed class ScopeClosedException : InvalidOperationException
{
    /// <summary>Creates the exception with a text that names the scope.</summary>
    public ScopeClosedException(string message)
        : base(message)
    {
    }
}
