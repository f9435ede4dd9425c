using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Rcmgr.Libp2p.Transports.Tcp;

/// <summary>What became of an accepted connection.</summary>
internal enum AcceptOutcome
{
    /// <summary>It was admitted, or refused for a reason of its own.</summary>
    Handled,

    /// <summary>It was refused because the host as a whole has no room for connections.</summary>
    Exhausted,
}

/// <summary>
/// Accepts until it is told to stop. No failure of one connection ends it, and when the machine or the host is out of connections it
/// rests for a moment instead of spinning: what waits meanwhile waits in the kernel.
/// </summary>
/// <param name="accept">The next raw connection.</param>
/// <param name="admit">Takes the connection over, or closes it. Must not wait.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="logger">For failures.</param>
internal sealed partial class AcceptLoop(
    Func<CancellationToken, ValueTask<Socket>> accept, Func<Socket, AcceptOutcome> admit, TimeProvider time, ILogger logger)
{
    /// <summary>How long the loop rests.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Connections in a row that the exhausted host refuses at full speed before the loop rests.</summary>
    public const int ExhaustedBurst = 32;

    private int _exhausted;

    /// <summary>
    /// Accepts on a thread of its own until it is told to stop: under a flood every accept completes at once, and the loop would not return
    /// to its starter.
    /// </summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(() => AcceptAsync(cancellationToken), CancellationToken.None);

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await StepAsync(cancellationToken))
                    await Task.Delay(Pause, time, cancellationToken);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop; the listening socket may be closed already.
        }
    }

    /// <summary>Accepts one connection; true when a pause is due.</summary>
    private async ValueTask<bool> StepAsync(CancellationToken cancellationToken)
    {
        Socket socket;
        try
        {
            socket = await accept(cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
        {
            // The remote left before it was accepted.
            return false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogAcceptFailed(logger, e.Message);
            return true;
        }

        _exhausted = Admit(socket) == AcceptOutcome.Exhausted ? _exhausted + 1 : 0;
        if (_exhausted < ExhaustedBurst)
            return false;
        _exhausted = 0;
        return true;
    }

    private AcceptOutcome Admit(Socket socket)
    {
        try
        {
            return admit(socket);
        }
        catch (Exception e)
        {
            TcpSocket.Abort(socket);
            LogAdmitFailed(logger, e);
            return AcceptOutcome.Handled;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Accepting failed, and goes on after a pause: {Reason}")]
    private static partial void LogAcceptFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An accepted connection failed at once")]
    private static partial void LogAdmitFailed(ILogger logger, Exception error);
}
