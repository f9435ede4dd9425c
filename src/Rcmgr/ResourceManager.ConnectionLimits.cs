namespace Rcmgr;

/// <content>Limits by address that change while connections are open.</content>
public sealed partial class ResourceManager
{
    private readonly ConnectionLimits _connectionLimits;
    private readonly ReplaceableAdmission? _replaceable;

    /// <summary>The limits by address in force (specification §5): those of the construction or of the last <see cref="ApplyConnectionLimits"/>.</summary>
    public ConnectionLimits ConnectionLimits => _replaceable?.Limits ?? _connectionLimits;

    /// <summary>Whether they can be replaced: see <see cref="ResourceManagerOptions.ConnectionLimitsMayChange"/>.</summary>
    public bool ConnectionLimitsMayChange => _replaceable is not null;

    /// <summary>
    /// Says what <see cref="ApplyConnectionLimits"/> would do at this instant, and changes nothing. Costs time in proportion to the open
    /// connections.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="limits"/> is null.</exception>
    /// <exception cref="ArgumentException">The limits cannot be what was meant.</exception>
    /// <exception cref="InvalidOperationException">The manager was created without <see cref="ResourceManagerOptions.ConnectionLimitsMayChange"/>.</exception>
    public ConnectionLimitsPlan PlanConnectionLimits(ConnectionLimits limits) => Replaceable(limits).Plan(limits);

    /// <summary>
    /// Replaces the limits by address at one instant. Open connections are counted by the new rules, whichever were in force when they
    /// were opened; none is closed: a subnet that holds more than it may refuses until enough were closed. What the allowlist exempted
    /// stays exempt. Rates that do not change keep their buckets; if any of them changes, all start full. Costs time in proportion to
    /// the open connections; who connects meanwhile waits.
    /// </summary>
    /// <returns>What was changed, and which subnets hold more than they may, at that instant.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="limits"/> is null.</exception>
    /// <exception cref="ArgumentException">The limits cannot be what was meant.</exception>
    /// <exception cref="InvalidOperationException">The manager was created without <see cref="ResourceManagerOptions.ConnectionLimitsMayChange"/>.</exception>
    public ConnectionLimitsPlan ApplyConnectionLimits(ConnectionLimits limits) => Replaceable(limits).Replace(limits);

    /// <summary>Who asks the addresses of connections; null when nothing limits them and nothing ever will.</summary>
    internal IAddressAdmission? AddressGate => _admission;

    /// <summary>Who admits by the limits in force; null when these can refuse nobody.</summary>
    internal AddressAdmission? Admission => _replaceable is null ? _admission as AddressAdmission : _replaceable.Current;

    private ReplaceableAdmission Replaceable(ConnectionLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ConnectionLimitsCheck.ThrowIfInvalid(limits);
        return _replaceable ?? throw new InvalidOperationException(
            $"The limits by address of this manager are fixed: set {nameof(ResourceManagerOptions)}.{nameof(ResourceManagerOptions.ConnectionLimitsMayChange)}.");
    }
}
