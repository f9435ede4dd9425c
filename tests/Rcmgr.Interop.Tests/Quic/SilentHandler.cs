using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Takes a stream and reads nothing of it until told that the test is done.</summary>
internal sealed class SilentHandler(Task done) : IStreamHandler
{
    public const string Protocol = "/silent/1.0.0";

    public string ProtocolId => Protocol;

    public ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken) => new(done.WaitAsync(cancellationToken));
}
