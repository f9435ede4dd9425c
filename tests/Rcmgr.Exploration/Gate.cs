namespace Rcmgr;

/// <summary>
/// Takes the place of the manager's gate: the exploration sees every Monitor, and its schedules stay short. To prove that it finds
/// races, the gates can be taken away.
/// </summary>
internal sealed class Gate
{
    /// <summary>Whether gates hold anybody back.</summary>
    public static bool Works { get; set; } = true;

    private int _owner;

    public void Enter()
    {
        if (!Works)
        {
            Interlocked.MemoryBarrier();
            return;
        }

        // A monitor may be entered twice, the manager's gate may not: it would wait for itself.
        if (_owner == Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("The gate is entered by the thread that is inside.");
        Monitor.Enter(this);
        _owner = Environment.CurrentManagedThreadId;
    }

    public void Exit()
    {
        if (!Works)
            return;
        _owner = 0;
        Monitor.Exit(this);
    }

    public Scope EnterScope()
    {
        Enter();
        return new Scope(this);
    }

    internal readonly ref struct Scope(Gate gate)
    {
        public void Dispose() => gate.Exit();
    }
}
