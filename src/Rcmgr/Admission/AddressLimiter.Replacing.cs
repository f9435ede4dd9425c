namespace Rcmgr;

/// <content>Taking over from the limiter of other limits.</content>
internal sealed partial class AddressLimiter
{
    /// <summary>Whether a connection from <paramref name="address"/> takes a slot.</summary>
    public bool Counts(in AddressValue address) =>
        FindNetwork(address) is { } network ? !network.IsUnlimited : LevelsOf(address).Any(level => level.Slots is not null);

    /// <summary>Takes a slot for an address that <see cref="Counts"/>, also above its limit.</summary>
    public SlotCounter Hold(in AddressValue address)
    {
        if (FindNetwork(address) is { } network)
        {
            network.Take();
            return network;
        }

        SubnetLevel[] levels = LevelsOf(address);
        Shard shard = ShardOf(levels, address);
        using (shard.Gate.EnterScope())
            return TakeSlots(shard.Table, levels, address, Now())!;
    }

    /// <summary>
    /// Takes over the buckets of a limiter for the same rates, on the same clock: new ones would be full for everybody. Before anybody uses
    /// this one; the other one may be in use.
    /// </summary>
    public void AdoptBuckets(AddressLimiter before)
    {
        _origin = before._origin;
        _everybody.Adopt(before._everybody);
        foreach ((SharedBucket mine, SharedBucket theirs) in _networkRates.Zip(before._networkRates))
            mine.Adopt(theirs);
        foreach (Shard shard in before._shards)
        {
            using (shard.Gate.EnterScope())
            {
                foreach (SubnetState state in shard.Table.States)
                    Adopt(state, before);
            }
        }
    }

    private void Adopt(SubnetState state, AddressLimiter before)
    {
        SubnetLevel theirs = before.Levels.Single(level => level.Id == state.Key.Level);
        if (theirs.Rates is null)
            return;
        SubnetLevel mine = (theirs.IsIPv4 ? _ipv4 : _ipv6).Single(level => level.PrefixLength == theirs.PrefixLength);
        AddressValue address = state.Key.ToAddress(theirs.IsIPv4);
        Shard shard = ShardOf(LevelsOf(address), address);
        using (shard.Gate.EnterScope())
            shard.Table.FindOrAdd(mine.KeyOf(address), now: 0).Bucket = state.Bucket;
    }
}
