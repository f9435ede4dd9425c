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

    /// <summary>
    /// Makes the manager remember how many connections each address has, for <see cref="ResourceManager.ApplyConnectionLimits"/>; false
    /// by default. Costs a connection one more lock and look-up when it is opened and when it is closed.
    /// </summary>
    public bool ConnectionLimitsMayChange { get; init; }

    /// <summary>The clock of connection rates, waits and leaks.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Makes the meter, when there is a factory that owns meters; null for a meter that the manager disposes.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>Tells the metrics of several managers apart: the meter's tag <c>manager</c>; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>How many operations may wait for room: see <see cref="ResourceManager.OpenConnectionAsync"/>.</summary>
    public WaitingOptions Waiting { get; init; } = new();

    /// <summary>
    /// Admits everything, but counts what the limits would have refused: to see what limits would do before they do it. Slower than
    /// refusing, because every operation is judged before it is done.
    /// </summary>
    public bool ObserveOnly { get; init; }

    /// <summary>
    /// Makes the manager remember where each connection, stream, span and view was opened, for <see cref="ResourceManager.FindLeaks"/>; null, the
    /// default, remembers nothing and costs nothing.
    /// </summary>
    public LeakTrackingOptions? LeakTracking { get; init; }
}
