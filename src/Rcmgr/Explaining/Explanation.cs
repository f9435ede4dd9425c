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
        Addresses = [];
    }

    /// <summary>The limits by address, and after them the scopes.</summary>
    internal Explanation(AddressOutlook addresses, Explanation scopes)
    {
        Addresses = addresses.Limits;
        AddressExemption = addresses.Exemption;
        Scopes = scopes.Scopes;
        Refusal byAddress = Addresses.FirstOrDefault(static limit => limit.Refuses)?.Refusal ?? default;
        bool isRefusedByAddress = byAddress.Reason != RefusalReason.None;
        Refusal = isRefusedByAddress ? byAddress : scopes.Refusal;
        UsesAllowlist = scopes.UsesAllowlist && !isRefusedByAddress;
        IsImpossible = scopes.IsImpossible || Addresses.Any(static limit => limit.IsImpossible);
    }

    /// <summary>
    /// For a connection, the limits by address in the order in which they would be asked, before the scopes and as if none refused; empty
    /// when <see cref="AddressExemption"/> says why they do not concern it. Nothing is taken from them: no token, and no slot.
    /// </summary>
    public IReadOnlyList<ExplainedAddressLimit> Addresses { get; }

    /// <summary>Why no limit by address concerns the connection.</summary>
    public AddressExemption AddressExemption { get; }

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

    /// <summary>Whether a scope or an address would be refused even if nothing were in use: waiting does not help, a higher limit does.</summary>
    public bool IsImpossible { get; }

    /// <summary>One line for each limit by address and for each limit of each scope, and the verdict.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (ExplainedAddressLimit limit in Addresses)
            text.AppendLine(limit.ToString());
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
