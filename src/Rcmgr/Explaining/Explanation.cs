using System.Globalization;
using System.Text;

namespace Rcmgr;

/// <summary>What would become of an operation (see <see cref="ResourceManager.Explain"/>). Immutable.</summary>
public sealed class Explanation
{
    internal Explanation(IReadOnlyList<ExplainedScope> scopes, in Refusal refusal, bool usesAllowlist, bool isImpossible)
    {
        IsImpossible = isImpossible;
        Scopes = scopes;
        Refusal = refusal;
        UsesAllowlist = usesAllowlist;
    }

    /// <summary>
    /// The scopes in the order in which they would be asked, as if none refused. For a connection from an allowlisted address that the
    /// normal scopes refuse, the allowlisted ones follow.
    /// </summary>
    public IReadOnlyList<ExplainedScope> Scopes { get; }

    /// <summary>Whether the operation would be admitted.</summary>
    public bool IsAdmitted => Refusal.Reason == RefusalReason.None;

    /// <summary>What the operation would be refused with; <see cref="RefusalReason.None"/> when it would be admitted.</summary>
    public Refusal Refusal { get; }

    /// <summary>Whether a connection would be admitted through the allowlist.</summary>
    public bool UsesAllowlist { get; }

    /// <summary>Whether a scope would refuse even if it were empty: waiting does not help, a higher limit does.</summary>
    public bool IsImpossible { get; }

    /// <summary>One line for each limit of each scope, and the verdict.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (ExplainedScope scope in Scopes)
        {
            foreach (ExplainedLimit check in scope.Checks)
            {
                string allowed = check.Allowed == ResourceLimits.Unlimited ? "no limit" : check.Allowed.ToString(CultureInfo.InvariantCulture);
                text.Append(CultureInfo.InvariantCulture, $"{scope.Name}: {MetricNames.Of(check.Resource)}");
                if (check.Direction is not null)
                    text.Append(CultureInfo.InvariantCulture, $" {MetricNames.Of(check.Direction)}");
                text.AppendLine(CultureInfo.InvariantCulture, $" {check.Current} + {check.Requested} of {allowed} ({check.PercentFull:0.#} %)");
            }
        }

        return text.Append(IsAdmitted ? "admitted" : Refusal.ToString()).ToString();
    }
}
