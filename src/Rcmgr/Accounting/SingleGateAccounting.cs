namespace Rcmgr;

/// <summary>The simple policy, for one shard: what is granted is what is in use, and all of it is plain arithmetic.</summary>
internal readonly struct SingleGateAccounting : IWideAccounting
{
    public static bool CanTake(ShardAccount account, ulong unit, long memory, ChargeParts parts) =>
        LimitCheck.Allows(account.Scope.CurrentLimits, account.Scope.Granted, PackedCounts.Unpack(unit, memory), parts, out _);

    public static bool CanTakeMemory(ShardAccount account, long size, byte priority) =>
        LimitCheck.AllowsMemory(account.Scope.CurrentLimits, account.Scope.Granted.Memory, size, priority);

    public static bool CanGive(ShardAccount account, ulong unit, long memory) =>
        account.Scope.Granted.Contains(PackedCounts.Unpack(unit, memory));

    public static void Take(ShardAccount account, ulong unit, long memory) =>
        account.Scope.Granted.Add(PackedCounts.Unpack(unit, memory));

    public static void Give(ShardAccount account, ulong unit, long memory) =>
        account.Scope.Granted.Remove(PackedCounts.Unpack(unit, memory));

    public static bool TryCharge(ShardAccount account, ulong unit, long memory, ChargeParts parts, out Violation violation)
    {
        WideScope scope = account.Scope;
        UsageVector delta = PackedCounts.Unpack(unit, memory);
        if (!LimitCheck.Allows(scope.CurrentLimits, scope.Granted, delta, parts, out violation))
            return false;
        scope.Granted.Add(delta);
        return true;
    }

    public static bool TryChargeMemory(ShardAccount account, long size, byte priority, out Violation violation)
    {
        WideScope scope = account.Scope;
        if (!LimitCheck.AllowsMemory(scope.CurrentLimits, scope.Granted.Memory, size, priority))
        {
            violation = LimitCheck.MemoryViolation(scope.CurrentLimits, scope.Granted.Memory, size, priority);
            return false;
        }

        violation = default;
        scope.Granted.Memory += size;
        return true;
    }

    public static bool Return(ShardAccount account, ulong unit, long memory) =>
        account.Scope.Granted.Remove(PackedCounts.Unpack(unit, memory));

    public static void Move(ShardAccount from, ShardAccount to, ulong unit)
    {
        // Nothing is parked.
    }

    public static void Close(ShardAccount account)
    {
        // Nothing is parked.
    }

    public static void Settle(WideScope scope, Shard[] shards)
    {
        // Always settled.
    }

    public static void Configure(WideScope scope) => scope.IsStrict = true;

    public static UsageVector Read(WideScope scope) => scope.Granted;
}
