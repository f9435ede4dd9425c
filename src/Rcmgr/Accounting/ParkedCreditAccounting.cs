using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// The policy for many shards: a wide scope grants each shard a little more than it asked for, and the shard parks what it
/// does not use as credit, so that most charges and returns touch nothing that other shards write. Near its limit a scope
/// becomes strict: all parked credit is collected, and every charge goes to the scope itself, until it is far from it again.
/// </summary>
/// <remarks>
/// At every instant, for every wide scope: granted = in use + parked; granted was within the limits in force when it last
/// grew, and all credit is collected when limits change; nothing is parked while the scope is strict. So what is in use never
/// exceeds a limit, and a strict refusal was right: there was no room.
/// </remarks>
internal readonly struct ParkedCreditAccounting : IWideAccounting
{
    /// <summary>A shard's credit may be this many chunks.</summary>
    public const int MostChunks = 2;

    /// <summary>Returns before a strict scope is looked at again. Settling stops all shards, so it must stay rare.</summary>
    private const int StrictReturns = 256;

    private const int MostStreams = 64;
    private const int MostConnections = 32;
    private const long MostMemory = 1L << 20;

    // With two chunks in every shard, at most a quarter of a limit is parked.
    private const long Parts = 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanTake(ShardAccount account, ulong unit, long memory, ChargeParts parts) =>
        ((account.Counts - unit) & PackedCounts.Guards) == 0 && memory <= account.Memory;

    /// <summary>
    /// Credit may be spent at a low priority while all that is granted is within the priority's part of the limit: what is in
    /// use is then, too, at the instant at which the scope is looked at.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanTakeMemory(ShardAccount account, long size, byte priority) =>
        size > 0 && size <= account.Memory && (priority == MemoryPriority.Always || IsGrantedWithin(account.Scope, priority));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanGive(ShardAccount account, ulong unit, long memory) =>
        ((account.Counts + unit + account.CountBias) & PackedCounts.Guards) == 0 && memory <= account.MostMemory - account.Memory;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Take(ShardAccount account, ulong unit, long memory)
    {
        account.Counts -= unit;
        account.Memory -= memory;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Give(ShardAccount account, ulong unit, long memory)
    {
        account.Counts += unit;
        account.Memory += memory;
    }

    public static bool TryCharge(ShardAccount account, ulong unit, long memory, ChargeParts parts, out Violation violation)
    {
        WideScope scope = account.Scope;
        UsageVector delta = PackedCounts.Unpack(unit, memory);
        if (scope.IsStrict)
        {
            if (!LimitCheck.Allows(scope.CurrentLimits, scope.Granted, delta, parts, out violation))
                return false;
            scope.Granted.Add(delta);
            return true;
        }

        AdoptBounds(account);
        ulong fields = PackedCounts.Fields(unit);
        UsageVector granted = scope.Granted;
        granted.Remove(PackedCounts.Unpack(account.Counts & fields, memory > 0 ? account.Memory : 0));
        account.Counts &= ~fields;
        if (memory > 0)
            account.Memory = 0;

        if (memory <= long.MaxValue - scope.MemoryChunk)
        {
            ulong chunk = scope.CountChunk & fields;
            long memoryChunk = memory > 0 ? scope.MemoryChunk : 0;
            UsageVector more = delta;
            more.Add(PackedCounts.Unpack(chunk, memoryChunk));
            if (LimitCheck.Allows(scope.CurrentLimits, granted, more, parts, out violation))
            {
                account.Counts |= chunk;
                account.Memory += memoryChunk;
                granted.Add(more);
                Store(scope, granted);
                return true;
            }
        }

        bool isAllowed = LimitCheck.Allows(scope.CurrentLimits, granted, delta, parts, out violation);
        if (isAllowed)
            granted.Add(delta);
        Store(scope, granted);
        return isAllowed;
    }

    public static bool TryChargeMemory(ShardAccount account, long size, byte priority, out Violation violation)
    {
        WideScope scope = account.Scope;
        violation = default;
        AdoptBounds(account);
        long granted = scope.Granted.Memory - account.Memory;
        account.Memory = 0;
        if (!scope.IsStrict && size <= long.MaxValue - scope.MemoryChunk
            && LimitCheck.AllowsMemory(scope.CurrentLimits, granted, size + scope.MemoryChunk, priority))
        {
            account.Memory = scope.MemoryChunk;
            Volatile.Write(ref scope.Granted.Memory, granted + size + scope.MemoryChunk);
            return true;
        }

        bool isAllowed = LimitCheck.AllowsMemory(scope.CurrentLimits, granted, size, priority);
        if (!isAllowed)
            violation = LimitCheck.MemoryViolation(scope.CurrentLimits, granted, size, priority);
        Volatile.Write(ref scope.Granted.Memory, isAllowed ? granted + size : granted);
        return isAllowed;
    }

    public static bool Return(ShardAccount account, ulong unit, long memory)
    {
        WideScope scope = account.Scope;
        AdoptBounds(account);
        if (scope.IsStrict)
        {
            bool isWhole = unit == 0 ? scope.Granted.RemoveMemory(memory) : scope.Granted.Remove(PackedCounts.Unpack(unit, memory));
            Relax(scope);
            return isWhole;
        }

        if (CanGive(account, unit, memory))
        {
            Give(account, unit, memory);
            return true;
        }

        // The shard has enough: it keeps a chunk of what was returned and hands back the rest.
        ulong fields = PackedCounts.Fields(unit);
        UsageVector surplus = PackedCounts.Unpack(account.Counts & fields, memory > 0 ? account.Memory : 0);
        surplus.Add(PackedCounts.Unpack(unit, memory));
        UsageVector kept = surplus.AtMost(PackedCounts.Unpack(scope.CountChunk & fields, scope.MemoryChunk));
        surplus.Remove(kept);
        account.Counts = (account.Counts & ~fields) | PackedCounts.Pack(kept);
        if (memory > 0)
            account.Memory = kept.Memory;
        return scope.Granted.Remove(surplus);
    }

    public static void Move(ShardAccount from, ShardAccount to, ulong unit)
    {
        if (!CanTake(from, unit, 0, ChargeParts.Connections) || !CanGive(to, unit, 0))
            return;
        Take(from, unit, 0);
        Give(to, unit, 0);
    }

    public static void Settle(WideScope scope, Shard[] shards)
    {
        Shard.EnterAll(shards);
        try
        {
            if (!scope.IsStrict)
                Collect(scope);
        }
        finally
        {
            Shard.ExitAll(shards);
        }
    }

    public static void Configure(WideScope scope)
    {
        Collect(scope);
        ResourceLimits limits = scope.CurrentLimits;
        scope.CountChunk = PackedCounts.Pack(new UsageVector
        {
            StreamsInbound = Chunk(scope, MostStreams, limits.StreamsInbound, limits.Streams / 2),
            StreamsOutbound = Chunk(scope, MostStreams, limits.StreamsOutbound, limits.Streams / 2),
            ConnectionsInbound = Chunk(scope, MostConnections, limits.ConnectionsInbound, limits.Connections / 2),
            ConnectionsOutbound = Chunk(scope, MostConnections, limits.ConnectionsOutbound, limits.Connections / 2),
            FileDescriptors = Chunk(scope, MostConnections, limits.FileDescriptors, limits.FileDescriptors),
        });
        scope.MemoryChunk = Math.Clamp(limits.Memory / (Parts * scope.Accounts.Length), 0, MostMemory);
        scope.IsStrict = !MayPark(scope);
    }

    public static UsageVector Read(WideScope scope)
    {
        UsageVector used = scope.Granted;
        foreach (ShardAccount? account in scope.Accounts)
        {
            if (account is not null)
                used.Remove(PackedCounts.Unpack(account.Counts, account.Memory));
        }

        return used;
    }

    /// <summary>Takes all parked credit back and lets nobody park any. With the gates of all shards.</summary>
    public static void Collect(WideScope scope)
    {
        foreach (ShardAccount? account in scope.Accounts)
        {
            if (account is not null)
                Close(account);
        }

        scope.IsStrict = true;
        scope.StrictReturns = 0;
    }

    public static void Close(ShardAccount account)
    {
        UsageVector parked = PackedCounts.Unpack(account.Counts, account.Memory);
        account.Counts = 0;
        account.Memory = 0;
        account.CountBias = PackedCounts.Full;
        account.MostMemory = 0;
        account.Scope.Granted.Remove(parked);
    }

    private static bool IsGrantedWithin(WideScope scope, byte priority) =>
        Volatile.Read(ref scope.Granted.Memory) <= LimitCheck.MemoryThreshold(scope.CurrentLimits.Memory, priority);

    private static void Store(WideScope scope, in UsageVector granted)
    {
        scope.Granted.StreamsInbound = granted.StreamsInbound;
        scope.Granted.StreamsOutbound = granted.StreamsOutbound;
        scope.Granted.ConnectionsInbound = granted.ConnectionsInbound;
        scope.Granted.ConnectionsOutbound = granted.ConnectionsOutbound;
        scope.Granted.FileDescriptors = granted.FileDescriptors;
        Volatile.Write(ref scope.Granted.Memory, granted.Memory);
    }

    /// <summary>A scope became strict under all gates but leaves that state under the shared gate alone: its shards learn of it here.</summary>
    private static void AdoptBounds(ShardAccount account)
    {
        if (account.Scope.IsStrict || account.MostMemory != 0 || account.CountBias != PackedCounts.Full)
            return;
        account.CountBias = PackedCounts.Full - (account.Scope.CountChunk * MostChunks);
        account.MostMemory = account.Scope.MemoryChunk * MostChunks;
    }

    private static void Relax(WideScope scope)
    {
        if (++scope.StrictReturns < StrictReturns)
            return;
        scope.StrictReturns = 0;
        scope.IsStrict = !MayPark(scope);
    }

    /// <summary>
    /// Whether shards may park credit: there is something to park, and the scope is far from every limit, also from those of
    /// resources that nobody asks for now. So a relaxed scope is within all its limits.
    /// </summary>
    private static bool MayPark(WideScope scope)
    {
        ResourceLimits limits = scope.CurrentLimits;
        ref readonly UsageVector used = ref scope.Granted;
        return !scope.IsPinnedStrict
            && (scope.CountChunk != 0 || scope.MemoryChunk != 0)
            && used.StreamsInbound <= limits.StreamsInbound / 2
            && used.StreamsOutbound <= limits.StreamsOutbound / 2
            && (long)used.StreamsInbound + used.StreamsOutbound <= limits.Streams / 2
            && used.ConnectionsInbound <= limits.ConnectionsInbound / 2
            && used.ConnectionsOutbound <= limits.ConnectionsOutbound / 2
            && (long)used.ConnectionsInbound + used.ConnectionsOutbound <= limits.Connections / 2
            && used.FileDescriptors <= limits.FileDescriptors / 2
            && used.Memory <= limits.Memory / 4
            && limits is { Streams: >= 0, StreamsInbound: >= 0, StreamsOutbound: >= 0, Connections: >= 0, ConnectionsInbound: >= 0, ConnectionsOutbound: >= 0, FileDescriptors: >= 0, Memory: >= 0 };
    }

    private static int Chunk(WideScope scope, long most, long limit, long other) =>
        (int)Math.Clamp(Math.Min(limit, other) / (Parts * scope.Accounts.Length), 0, most);
}
