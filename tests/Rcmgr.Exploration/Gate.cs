namespace Rcmgr;

/// <summary>
/// Takes the place of the manager's gate: the exploration sees every Monitor, but not System.Threading.Lock. To prove that it finds
/// races, the gates can be taken away.
/// </summary>
internal sealed class Gate
{
    /// <summary>Whether gates hold anybody back.</summary>
    public static bool Works { get; set; } = true;

    public void Enter()
    {
        if (Works)
            Monitor.Enter(this);
        else
            Interlocked.MemoryBarrier();
    }

    public void Exit()
    {
        if (Works)
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
