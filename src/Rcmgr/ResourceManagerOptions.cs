using System.Diagnostics.Metrics;

namespace Rcmgr;

/// <summary>What a <see cref="ResourceManager"/> is made of. Immutable.</summary>
public sealed record ResourceManagerOptions
{
    /// <summary>The limits of every class of scope. See <see cref="ScalingLimits"/> for limits that fit the machine.</summary>
    public required ResourceManagerLimits Limits { get; init; }

    /// <summary>Networks that may use the allowlisted scopes; an empty list when null. It may change while the manager is in use.</summary>
    public Allowlist? Allowlist { get; init; }

    /// <summary>Which connections are admitted by the address they come from (specification §5); the published defaults by default.</summary>
    public ConnectionLimits ConnectionLimits { get; init; } = ConnectionLimits.Default;

    /// <summary>The clock of the connection rates.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Makes the meter, when there is a factory that owns meters; null for a meter that the manager disposes.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>Tells the metrics of several managers apart: the meter's tag <c>manager</c>; null for none.</summary>
    public string? Name { get; init; }
}
