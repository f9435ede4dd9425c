namespace Rcmgr;

/// <summary>Which checks an operation runs (specification §2.1, §2.2): a transfer runs all of them, also for amounts of zero.</summary>
[Flags]
internal enum ChargeParts : byte
{
    Streams = 1,
    Connections = 2,
    Memory = 4,
    Transfer = Memory | Streams | Connections,
}
