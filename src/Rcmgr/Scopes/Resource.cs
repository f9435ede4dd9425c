namespace Rcmgr;

/// <summary>The kinds of resources that a scope accounts for (specification §1.1).</summary>
public enum Resource : byte
{
    /// <summary>Bytes of memory.</summary>
    Memory,

    /// <summary>Streams.</summary>
    Streams,

    /// <summary>Connections.</summary>
    Connections,

    /// <summary>File descriptors.</summary>
    FileDescriptors,
}
