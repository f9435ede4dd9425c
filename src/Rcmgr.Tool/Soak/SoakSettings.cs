namespace Rcmgr.Tool.Soak;

/// <summary>What a soak does.</summary>
/// <param name="Operations">At least so many calls of the manager, over all threads.</param>
/// <param name="Threads">How many threads make them.</param>
/// <param name="Seed">Where their random numbers start.</param>
/// <param name="MostGrowth">The bytes of managed memory that may be in use at the end beyond those at the start.</param>
internal sealed record SoakSettings(long Operations, int Threads, int Seed, long MostGrowth);
