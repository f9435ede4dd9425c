namespace Rcmgr;

/// <summary>What the named entries of limit sets have in common, whatever their keys are.</summary>
internal static class LimitMaps
{
    public static bool ContentEquals<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> left, IReadOnlyDictionary<TKey, TValue> right)
        where TValue : IEquatable<TValue>
    {
        if (left.Count != right.Count)
            return false;

        foreach ((TKey key, TValue value) in left)
        {
            if (!right.TryGetValue(key, out TValue? found) || !found.Equals(value))
                return false;
        }

        return true;
    }

    public static Dictionary<TKey, PartialLimits> FromConcrete<TKey>(IReadOnlyDictionary<TKey, ResourceLimits> map)
        where TKey : notnull =>
        map.ToDictionary(entry => entry.Key, entry => PartialLimits.FromConcrete(entry.Value));

    public static Dictionary<TKey, ResourceLimits> Build<TKey>(
        IReadOnlyDictionary<TKey, PartialLimits> map, IReadOnlyDictionary<TKey, ResourceLimits> defaults, ResourceLimits classDefault)
        where TKey : notnull
    {
        Dictionary<TKey, ResourceLimits> built = new(defaults);
        foreach ((TKey key, PartialLimits limits) in map)
            built[key] = limits.Build(defaults.GetValueOrDefault(key) ?? classDefault);

        return built;
    }

    public static Dictionary<TKey, PartialLimits> Apply<TKey>(
        IReadOnlyDictionary<TKey, PartialLimits> map, IReadOnlyDictionary<TKey, PartialLimits> other, PartialLimits classDefault)
        where TKey : notnull
    {
        Dictionary<TKey, PartialLimits> applied = new(other);
        foreach ((TKey key, PartialLimits limits) in map)
            applied[key] = limits.Apply(other.GetValueOrDefault(key) ?? classDefault);

        return applied;
    }
}
