namespace Rcmgr;

/// <summary>Comparison of the named entries of limit sets, whatever kind of dictionary holds them.</summary>
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
}
