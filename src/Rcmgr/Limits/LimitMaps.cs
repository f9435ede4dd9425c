using System.Collections.Frozen;

namespace Rcmgr;

/// <summary>What the named entries of limit sets have in common, whatever their keys are.</summary>
internal static class LimitMaps
{
    public static IReadOnlyDictionary<string, T> None<T>() => FrozenDictionary<string, T>.Empty;

    public static IReadOnlyDictionary<PeerKey, T> NoPeers<T>() => FrozenDictionary<PeerKey, T>.Empty;

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

    public static Dictionary<TKey, TTo> Select<TKey, TFrom, TTo>(IReadOnlyDictionary<TKey, TFrom> map, Func<TFrom, TTo> select)
        where TKey : notnull =>
        map.ToDictionary(entry => entry.Key, entry => select(entry.Value));

    /// <summary>
    /// The entries of <paramref name="defaults"/>, overlaid with those of <paramref name="map"/>, which are completed from the
    /// entry of the same name or, when there is none, from <paramref name="classDefault"/>.
    /// </summary>
    public static Dictionary<TKey, TTo> Merge<TKey, TFrom, TTo>(
        IReadOnlyDictionary<TKey, TFrom> map, IReadOnlyDictionary<TKey, TTo> defaults, TTo classDefault, Func<TFrom, TTo, TTo> complete)
        where TKey : notnull
    {
        Dictionary<TKey, TTo> merged = new(defaults);
        foreach ((TKey key, TFrom limits) in map)
            merged[key] = complete(limits, defaults.GetValueOrDefault(key) ?? classDefault);

        return merged;
    }
}
