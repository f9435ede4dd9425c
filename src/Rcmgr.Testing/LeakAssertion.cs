namespace Rcmgr.Testing;

/// <summary>
/// Asserts that a piece of code gives back what it takes: disposing it throws <see cref="LeakException"/> when scopes are open, or anything
/// is reserved, that was not before. For a manager that is shared by several tests; else <see cref="ResourceManagerAssertions.AssertNothingLeft"/>
/// is simpler. Nothing else may use the manager meanwhile. Not safe to use from several threads.
/// </summary>
/// <remarks>As with every <c>using</c>, an exception of the disposal replaces one that is on its way already.</remarks>
public sealed class LeakAssertion : IDisposable
{
    private readonly ResourceManager _manager;
    private readonly Dictionary<(string Name, DateTimeOffset OpenedAt), int> _openBefore;
    private readonly ScopeUsage _systemBefore;
    private readonly ScopeUsage _allowlistedBefore;
    private readonly long _faultsBefore;
    private bool _isDisposed;

    /// <summary>Notes what is reserved now.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="manager"/> is null.</exception>
    public LeakAssertion(ResourceManager manager)
    {
        ArgumentNullException.ThrowIfNull(manager);
        _manager = manager;
        _openBefore = OpenScopes().CountBy(Key).ToDictionary();
        _systemBefore = manager.System.Usage;
        _allowlistedBefore = manager.AllowlistedSystem.Usage;
        _faultsBefore = manager.AccountingFaults;
    }

    /// <summary>Compares; disposing again does nothing.</summary>
    /// <exception cref="LeakException">More is reserved than before.</exception>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        LeftOvers left = new();
        left.AddScopes([.. OpenScopes().Where(IsNew)]);
        left.AddUse(_manager.System, _systemBefore);
        left.AddUse(_manager.AllowlistedSystem, _allowlistedBefore);
        left.AddFaults(_manager.AccountingFaults - _faultsBefore);
        if (!left.IsEmpty)
            throw new LeakException($"Something is left in the resource manager that was not there before:{left.Text}");
    }

    // Views of one scope have one name, and may have been opened at one instant: each that was there before accounts for one.
    private bool IsNew(ScopeLeak leak)
    {
        (string, DateTimeOffset) key = Key(leak);
        int before = _openBefore.GetValueOrDefault(key);
        _openBefore[key] = before - 1;
        return before <= 0;
    }

    private static (string Name, DateTimeOffset OpenedAt) Key(ScopeLeak leak) => (leak.Name, leak.OpenedAt);

    private IReadOnlyList<ScopeLeak> OpenScopes() => _manager.TracksLeaks ? _manager.FindLeaks().Scopes : [];
}
