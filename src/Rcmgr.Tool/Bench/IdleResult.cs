namespace Rcmgr.Tool.Bench;

/// <summary>What one run of <see cref="IdleBench"/> measured.</summary>
/// <param name="Stack">What carried the connections.</param>
/// <param name="Connections">How many there were.</param>
/// <param name="Window">The receive window of each in bytes, which is accounted and, while nobody sends, not used.</param>
/// <param name="Dialing">The end that dialed.</param>
/// <param name="Listening">The end that was dialed.</param>
internal sealed record IdleResult(BenchStack Stack, int Connections, long Window, IdleEnd Dialing, IdleEnd Listening)
{
    public bool IsWithin => Dialing.IsWithin && Listening.IsWithin;
}

/// <summary>Bytes of one end of an idle connection.</summary>
/// <param name="Resident">The growth of the process in physical memory, managed and native.</param>
/// <param name="Managed">The part of it that is managed objects.</param>
/// <param name="Accounted">What the scopes account besides the receive window.</param>
internal readonly record struct IdleEnd(double Resident, double Managed, double Accounted)
{
    /// <summary>By how much the memory may differ from what is accounted, as a share of that.</summary>
    public const double Tolerance = 0.2;

    /// <summary>The memory as a multiple of what is accounted for it.</summary>
    public double Ratio => Resident / Accounted;

    public bool IsWithin => Math.Abs(Ratio - 1) <= Tolerance;
}
