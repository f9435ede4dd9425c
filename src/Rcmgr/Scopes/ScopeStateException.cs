namespace Rcmgr;

/// <summary>
/// A transition was asked of a scope in the wrong state: a second peer, protocol or service, or a service before a
/// protocol (specification §3).
/// </summary>
public sealed class ScopeStateException : InvalidOperationException
{
    /// <summary>Creates the exception with a text that names the scope.</summary>
    public ScopeStateException(string message)
        : base(message)
    {
    }
}
