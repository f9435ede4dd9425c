using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>A handler made of a delegate.</summary>
internal sealed class LambdaHandler(Func<PeerStream, CancellationToken, Task> handle) : IStreamHandler
{
    public const string Protocol = "/test/1.0.0";

    public string ProtocolId => Protocol;

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken) => await handle(stream, cancellationToken);
}
