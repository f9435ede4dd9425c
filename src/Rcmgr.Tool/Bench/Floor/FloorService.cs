namespace Rcmgr.Tool.Bench.Floor;

/// <summary>What a <see cref="FloorPeer"/> does with a connection.</summary>
internal enum FloorService
{
    /// <summary>Reads to the end and answers with the number of bytes.</summary>
    Count,

    /// <summary>Speaks the platform's TLS and sends back all that it reads.</summary>
    TlsEcho,
}
