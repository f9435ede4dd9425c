namespace Rcmgr;

/// <summary>
/// How a wide scope counts: the one place where designs of the hot path differ. Every call is made under the gate of the
/// scope that is being charged; a refused charge leaves no trace.
/// </summary>
internal interface IWideAccounting
{
    /// <summary>Charges <paramref name="delta"/>, or says why not.</summary>
    static abstract bool TryCharge(WideScope scope, in UsageVector delta, ChargeParts parts, out Violation violation);

    /// <summary>Charges memory of a priority, or says why not.</summary>
    static abstract bool TryChargeMemory(WideScope scope, long size, byte priority, out Violation violation);

    /// <summary>Gives back what was charged. False when the scope held less; it then gives back what it held.</summary>
    static abstract bool Return(WideScope scope, in UsageVector delta);

    /// <summary>Gives back memory. False when the scope held less; it then gives back what it held.</summary>
    static abstract bool ReturnMemory(WideScope scope, long size);

    /// <summary>What the scope holds.</summary>
    static abstract UsageVector Read(WideScope scope);
}
