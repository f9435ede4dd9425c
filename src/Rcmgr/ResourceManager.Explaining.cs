namespace Rcmgr;

/// <content>What would become of an operation.</content>
public sealed partial class ResourceManager
{
    internal AccountingEngine Engine => _engine;

    /// <summary>
    /// Says which scopes an operation would ask, in which order, how full each is, and which would refuse; for a connection also which
    /// limits by address. Changes nothing: no scope is made, nothing is reserved, no token is taken, no refusal is counted. What is told
    /// was true at one instant; others may use the manager meanwhile.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is null.</exception>
    public Explanation Explain(ResourceOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return operation.Explain(new Explainer(_engine, Allowlist, _admission));
    }
}
