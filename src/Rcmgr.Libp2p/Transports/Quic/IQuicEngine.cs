using System.Net;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>An implementation of QUIC that this host can use. Safe for use from many threads.</summary>
internal interface IQuicEngine : IAsyncDisposable
{
    /// <summary>The engine's name on the command line.</summary>
    string Name { get; }

    /// <summary>Listens on <paramref name="endPoint"/>; every connection asks <paramref name="gate"/> first.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on.</exception>
    ValueTask<IQuicListener> ListenAsync(IPEndPoint endPoint, IQuicGate gate, CancellationToken cancellationToken);

    /// <summary>
    /// Connects, and returns when the remote has proved to hold its certificate. <paramref name="scope"/> pays for the handshake and
    /// the connection; it stays the caller's.
    /// </summary>
    /// <exception cref="ResourceLimitExceededException">The scope refused the handshake's memory or the connection's windows.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be reached, or says that nobody listens.</exception>
    /// <exception cref="SessionClosedException">The remote refused or broke the protocol.</exception>
    /// <exception cref="TimeoutException">The remote did not complete the handshake in time.</exception>
    ValueTask<IQuicConnection> DialAsync(IPEndPoint endPoint, ConnectionScope scope, CancellationToken cancellationToken);
}

/// <summary>A listening socket. Disposing it refuses new connections; those it has accepted live on.</summary>
internal interface IQuicListener : IAsyncDisposable
{
    /// <summary>The address with the port that it got.</summary>
    IPEndPoint LocalEndPoint { get; }
}

/// <summary>A connection whose TLS handshake is done.</summary>
internal interface IQuicConnection : IMuxedConnection
{
    /// <summary>The one certificate that the remote proved to hold the key of, not judged in any other way.</summary>
    ReadOnlyMemory<byte> RemoteCertificate { get; }

    /// <summary>Where the remote was when the connection was made.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>Ends the connection because of what the remote's certificate says.</summary>
    ValueTask RejectCertificateAsync(CancellationToken cancellationToken);
}
