namespace Rcmgr;

/// <summary>What is waited for.</summary>
internal enum WaitKind : byte
{
    Connection,
    Stream,
    Memory,
}
