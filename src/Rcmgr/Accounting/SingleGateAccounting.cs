namespace Rcmgr;

/// <summary>The simple policy: one gate for the whole manager, so a wide scope is plain arithmetic.</summary>
internal readonly struct SingleGateAccounting : IWideAccounting
{
    public static bool TryCharge(WideScope scope, in UsageVector delta, ChargeParts parts, out Violation violation)
    {
        if (!LimitCheck.Allows(scope.CurrentLimits, scope.Held, delta, parts, out violation))
            return false;
        scope.Held.Add(delta);
        return true;
    }

    public static bool TryChargeMemory(WideScope scope, long size, byte priority, out Violation violation)
    {
        long current = scope.Held.Memory;
        if (!LimitCheck.AllowsMemory(scope.CurrentLimits, current, size, priority))
        {
            violation = LimitCheck.MemoryViolation(scope.CurrentLimits, current, size, priority);
            return false;
        }

        violation = default;
        scope.Held.Memory = current + size;
        return true;
    }

    public static bool Return(WideScope scope, in UsageVector delta) => scope.Held.Remove(delta);

    public static bool ReturnMemory(WideScope scope, long size) => scope.Held.RemoveMemory(size);

    public static UsageVector Read(WideScope scope) => scope.Held;
}
