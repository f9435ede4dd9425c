namespace Rcmgr;

/// <summary>Published behaviour (specification §5, §10 items 19 to 22) that we do otherwise; settable to compare with recordings.</summary>
[Flags]
internal enum PublishedAdmission
{
    /// <summary>Ours throughout.</summary>
    None,

    /// <summary>An IPv4 address that is written as IPv6 is an IPv6 address.</summary>
    MappedStaysIPv6 = 1,

    /// <summary>All connections without an IP address share one bucket of the IPv6 rates.</summary>
    NoAddressIsOneAddress = 2,

    /// <summary>Allowlisted networks are not exempt, and what came in through the allowlisted scopes gives its slot back.</summary>
    AllowlistExemptsNobody = 4,

    /// <summary>All of it.</summary>
    All = MappedStaysIPv6 | NoAddressIsOneAddress | AllowlistExemptsNobody,
}
