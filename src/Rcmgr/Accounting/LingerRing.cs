namespace Rcmgr;

/// <summary>
/// Remembers the scopes that ended last, so that the next stream or connection of the same peer finds them made: they are
/// closed, hold nothing, and are in no report. The number of places is fixed, so keys that an attacker chooses take no more
/// room than this. A scope keeps its place when it comes back to use: nothing is written here until a new one has to linger.
/// </summary>
internal sealed class LingerRing
{
    public const int Places = 32;

    private readonly SharedScope?[] _scopes = new SharedScope?[Places];
    private int _oldest;

    /// <summary>Gives a scope a place.</summary>
    /// <returns>Who had the place before; if it is not in use, it has to go.</returns>
    public SharedScope? Keep(SharedScope scope)
    {
        int place = _oldest;
        _oldest = (place + 1) % Places;
        SharedScope? previous = _scopes[place];
        if (previous is not null)
            previous.LingerPlace = 0;
        _scopes[place] = scope;
        scope.LingerPlace = (byte)(place + 1);
        return previous;
    }

    public void Forget(SharedScope scope)
    {
        if (scope.LingerPlace == 0)
            return;
        _scopes[scope.LingerPlace - 1] = null;
        scope.LingerPlace = 0;
    }
}
