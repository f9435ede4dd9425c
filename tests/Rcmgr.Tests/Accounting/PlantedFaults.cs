namespace Rcmgr.Tests.Accounting;

/// <summary>
/// As what ships, but a scope is declared strict before the credit of all shards is collected: meanwhile it refuses, for good,
/// what is still parked.
/// </summary>
internal readonly struct StrictTooEarly : IWideAccounting
{
    public static void Settle(WideScope scope, Shard[] shards)
    {
        foreach (Shard shard in shards)
        {
            using (shard.Gate.EnterScope())
            using (shard.Shared.EnterScope())
            {
                scope.IsStrict = true;
                if (scope.Accounts[shard.Index] is { } account)
                    ParkedCreditAccounting.Close(account);
            }

            Thread.Yield();
        }
    }

    public static bool CanTake(ShardAccount account, ulong unit, long memory, ChargeParts parts) => ParkedCreditAccounting.CanTake(account, unit, memory, parts);

    public static bool CanTakeMemory(ShardAccount account, long size, byte priority) => ParkedCreditAccounting.CanTakeMemory(account, size, priority);

    public static bool CanGive(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.CanGive(account, unit, memory);

    public static void Take(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Take(account, unit, memory);

    public static void Give(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Give(account, unit, memory);

    public static bool TryCharge(ShardAccount account, ulong unit, long memory, ChargeParts parts, out Violation violation) =>
        ParkedCreditAccounting.TryCharge(account, unit, memory, parts, out violation);

    public static bool TryChargeMemory(ShardAccount account, long size, byte priority, out Violation violation) =>
        ParkedCreditAccounting.TryChargeMemory(account, size, priority, out violation);

    public static bool Return(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Return(account, unit, memory);

    public static void Move(ShardAccount from, ShardAccount to, ulong unit) => ParkedCreditAccounting.Move(from, to, unit);

    public static void Close(ShardAccount account) => ParkedCreditAccounting.Close(account);

    public static void Configure(WideScope scope) => ParkedCreditAccounting.Configure(scope);

    public static UsageVector Read(WideScope scope) => ParkedCreditAccounting.Read(scope);
}

/// <summary>
/// As what ships, but a shard whose credit was collected goes on to park what is returned to it until all others are collected,
/// too: that credit stays where it is while the scope is strict.
/// </summary>
internal readonly struct ParksWhileCollected : IWideAccounting
{
    public static void Settle(WideScope scope, Shard[] shards)
    {
        foreach (Shard shard in shards)
        {
            using (shard.Gate.EnterScope())
            using (shard.Shared.EnterScope())
            {
                if (scope.IsStrict)
                    return;
                if (scope.Accounts[shard.Index] is { } account)
                {
                    (ulong bias, long most) = (account.CountBias, account.MostMemory);
                    ParkedCreditAccounting.Close(account);
                    (account.CountBias, account.MostMemory) = (bias, most);
                }
            }

            for (int i = 0; i < 20; i++)
                Thread.Yield();
        }

        Shard.EnterAll(shards);
        scope.IsStrict = true;
        scope.StrictReturns = 0;
        foreach (ShardAccount? account in scope.Accounts)
        {
            if (account is not null)
                (account.CountBias, account.MostMemory) = (PackedCounts.Full, 0);
        }

        Shard.ExitAll(shards);
    }

    public static bool CanTake(ShardAccount account, ulong unit, long memory, ChargeParts parts) => ParkedCreditAccounting.CanTake(account, unit, memory, parts);

    public static bool CanTakeMemory(ShardAccount account, long size, byte priority) => ParkedCreditAccounting.CanTakeMemory(account, size, priority);

    public static bool CanGive(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.CanGive(account, unit, memory);

    public static void Take(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Take(account, unit, memory);

    public static void Give(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Give(account, unit, memory);

    public static bool TryCharge(ShardAccount account, ulong unit, long memory, ChargeParts parts, out Violation violation) =>
        ParkedCreditAccounting.TryCharge(account, unit, memory, parts, out violation);

    public static bool TryChargeMemory(ShardAccount account, long size, byte priority, out Violation violation) =>
        ParkedCreditAccounting.TryChargeMemory(account, size, priority, out violation);

    public static bool Return(ShardAccount account, ulong unit, long memory) => ParkedCreditAccounting.Return(account, unit, memory);

    public static void Move(ShardAccount from, ShardAccount to, ulong unit) => ParkedCreditAccounting.Move(from, to, unit);

    public static void Close(ShardAccount account) => ParkedCreditAccounting.Close(account);

    public static void Configure(WideScope scope) => ParkedCreditAccounting.Configure(scope);

    public static UsageVector Read(WideScope scope) => ParkedCreditAccounting.Read(scope);
}
