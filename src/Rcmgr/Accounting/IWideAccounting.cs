namespace Rcmgr;

/// <summary>
/// How a wide scope counts: the one place where designs of the hot path differ.
/// </summary>
/// <remarks>
/// The first four ask and use what a shard has at hand, under the shard's gate alone; nobody in another shard can see it. What
/// cannot be done that way is done with the shared gate held as well, for the whole operation, so that nobody sees a half of
/// it. A charge that is refused while the scope is not strict proves nothing: settle the scope and try again.
/// </remarks>
internal interface IWideAccounting
{
    /// <summary>Whether a unit (see <see cref="PackedCounts"/>) and memory of the highest priority are at hand.</summary>
    static abstract bool CanTake(ShardAccount account, ulong unit, long memory, ChargeParts parts);

    /// <summary>Whether memory of a priority is at hand.</summary>
    static abstract bool CanTakeMemory(ShardAccount account, long size, byte priority);

    /// <summary>Whether a unit and memory can be given back here.</summary>
    static abstract bool CanGive(ShardAccount account, ulong unit, long memory);

    /// <summary>Charges what <see cref="CanTake"/> or <see cref="CanTakeMemory"/> has said is at hand.</summary>
    static abstract void Take(ShardAccount account, ulong unit, long memory);

    /// <summary>Gives back what <see cref="CanGive"/> has said can be.</summary>
    static abstract void Give(ShardAccount account, ulong unit, long memory);

    /// <summary>Charges a unit and memory of the highest priority, or says why not. With the shared gate.</summary>
    static abstract bool TryCharge(ShardAccount account, ulong unit, long memory, ChargeParts parts, out Violation violation);

    /// <summary>Charges memory of a priority, or says why not. With the shared gate.</summary>
    static abstract bool TryChargeMemory(ShardAccount account, long size, byte priority, out Violation violation);

    /// <summary>
    /// Gives back what was charged. False when the scope held less; it then gives back what it held. With the shared gate.
    /// </summary>
    static abstract bool Return(ShardAccount account, ulong unit, long memory);

    /// <summary>
    /// A charge of <paramref name="unit"/> has moved: what one shard took, another will give back. Moves as much credit the other
    /// way if that is at hand, so that none of the two runs dry. With the gates of both shards.
    /// </summary>
    static abstract void Move(ShardAccount from, ShardAccount to, ulong unit);

    /// <summary>Takes back what the account has parked; it parks nothing more. With the shared gate.</summary>
    static abstract void Close(ShardAccount account);

    /// <summary>Makes the scope strict. With no gate.</summary>
    static abstract void Settle(WideScope scope, Shard[] shards);

    /// <summary>Makes the scope strict and its limits those in force. With the gates of all shards.</summary>
    static abstract void Configure(WideScope scope);

    /// <summary>What the scope holds. With the gates of all shards.</summary>
    static abstract UsageVector Read(WideScope scope);
}
