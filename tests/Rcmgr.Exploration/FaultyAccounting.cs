namespace Rcmgr.Exploration;

/// <summary>The shipped policy with one of the faults that an exploration or a soak must find.</summary>
internal readonly struct FaultyAccounting : IWideAccounting
{
    /// <summary>The fault that is planted.</summary>
    public static Fault Planted { get; set; }

    public static bool CanTake(ShardAccount account, ulong unit, long memory, ChargeParts parts) =>
        ParkedCreditAccounting.CanTake(account, unit, memory, parts);

    public static bool CanTakeMemory(ShardAccount account, long size, byte priority) =>
        ParkedCreditAccounting.CanTakeMemory(account, size, priority);

    public static bool CanGive(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.CanGive(account, unit, memory);

    public static void Take(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Take(account, unit, memory);

    public static void Give(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Give(account, unit, memory);

    public static bool TryCharge(ShardAccount account, ulong unit, long memory, ChargeParts parts, out Violation violation)
    {
        if (ParkedCreditAccounting.TryCharge(account, unit, memory, parts, out violation))
            return true;
        if (Planted == Fault.RefusesBeforeSettling)
            account.Scope.IsStrict = true;
        if (Planted != Fault.AdmitsTooMuch || !account.Scope.IsStrict)
            return false;
        account.Scope.Granted.Add(PackedCounts.Unpack(unit, memory));
        return true;
    }

    public static bool TryChargeMemory(ShardAccount account, long size, byte priority, out Violation violation) =>
        ParkedCreditAccounting.TryChargeMemory(account, size, priority, out violation);

    public static bool Return(ShardAccount account, ulong unit, long memory)
    {
        // A shard that parks for a strict scope hides what it parks from everybody else.
        if (Planted == Fault.ParksWhileStrict && account.Scope.IsStrict)
        {
            ParkedCreditAccounting.Give(account, unit, memory);
            return true;
        }

        return ParkedCreditAccounting.Return(account, unit, memory);
    }

    public static void Move(ShardAccount from, ShardAccount to, ulong unit) => ParkedCreditAccounting.Move(from, to, unit);

    public static void Close(ShardAccount account) => ParkedCreditAccounting.Close(account);

    public static void Settle(WideScope scope, Shard[] shards)
    {
        if (Planted != Fault.StrictBeforeSettled)
        {
            ParkedCreditAccounting.Settle(scope, shards);
            return;
        }

        // Others may see the scope as strict, and refuse for good, while some shards still park.
        scope.IsStrict = true;
        foreach (Shard shard in shards)
        {
            using (shard.Gate.EnterScope())
            {
                if (scope.Accounts[shard.Index] is { } account)
                    ParkedCreditAccounting.Close(account);
            }
        }
    }

    public static void Configure(WideScope scope)
    {
        if (Planted == Fault.LosesParkedCredit)
        {
            foreach (ShardAccount? account in scope.Accounts)
            {
                if (account is not null)
                    (account.Counts, account.Memory) = (0, 0);
            }
        }

        ParkedCreditAccounting.Configure(scope);
    }

    public static UsageVector Read(WideScope scope) => ParkedCreditAccounting.Read(scope);
}
