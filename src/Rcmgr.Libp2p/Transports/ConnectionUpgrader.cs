using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Negotiation;
using Rcmgr.Libp2p.Security;

namespace Rcmgr.Libp2p.Transports;

/// <summary>A connection that is encrypted, authenticated and muxed.</summary>
internal sealed record UpgradedConnection(IMuxedConnection Session, PeerId RemotePeer, PublicKey RemoteKey, string SecurityProtocol);

/// <summary>
/// Makes a muxed connection of a raw byte channel (specification §8.2): security, identity, muxer, each paid for on the connection's
/// scope before it allocates, all under one deadline. Serves many connections at once.
/// </summary>
internal sealed class ConnectionUpgrader
{
    public const string Yamux = "/yamux/1.0.0";

    /// <summary>What one negotiation of a protocol holds: its longest message and the encoded proposals, rounded up.</summary>
    public const int NegotiationBufferBytes = 4096;

    private static readonly FrozenSet<string> Muxers = new[] { Yamux }.ToFrozenSet();

    private readonly IReadOnlyList<ISecurityProtocol> _security;
    private readonly List<string> _proposals;
    private readonly FrozenSet<string> _accepted;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="security">What is offered, in the order of preference.</param>
    /// <param name="timeout">The time one upgrade may take, from the first byte to the muxer.</param>
    /// <param name="time">The clock of the deadline and of the muxer.</param>
    /// <param name="logger">For the muxer's sessions.</param>
    public ConnectionUpgrader(IReadOnlyList<ISecurityProtocol> security, TimeSpan timeout, TimeProvider time, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfZero(security.Count);
        _security = security;
        _proposals = [.. security.Select(protocol => protocol.ProtocolId)];
        _accepted = _proposals.ToFrozenSet();
        _timeout = timeout;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// Upgrades <paramref name="raw"/>; on success the session owns it, on any failure it is disposed. The scope stays the caller's.
    /// </summary>
    /// <param name="raw">The channel.</param>
    /// <param name="scope">Pays for the handshake and the transport's buffers; is told the remote's identity unless it knows it.</param>
    /// <param name="expectedRemote">The peer that must answer, or null for any.</param>
    /// <param name="createBudget">Makes the muxer's budget, from the peer's scope.</param>
    /// <param name="cancellationToken">Ends the upgrade.</param>
    /// <exception cref="ResourceLimitExceededException">A reservation was refused.</exception>
    /// <exception cref="TimeoutException">The upgrade took too long.</exception>
    /// <exception cref="IOException">The remote broke a protocol, is another peer, or the channel failed.</exception>
    public async Task<UpgradedConnection> UpgradeAsync(
        Stream raw,
        ConnectionScope scope,
        PeerId? expectedRemote,
        Func<PeerId, ResourceScope, IStreamBudget> createBudget,
        CancellationToken cancellationToken)
    {
        using Deadline deadline = new(_timeout, _time, cancellationToken);
        Stream channel = raw;
        try
        {
            ConnectionMemory memory = new(scope);
            memory.Become(NegotiationBufferBytes);
            bool isInitiator = scope.Direction == Direction.Outbound;
            ISecurityProtocol security = await SelectSecurityAsync(raw, isInitiator, deadline.Token);

            memory.Become(security.HandshakeBufferBytes);
            SecuredChannel secured = await security.SecureAsync(raw, isInitiator, expectedRemote, deadline.Token);
            channel = secured.Stream;

            memory.Become(security.TransportBufferBytes + YamuxOptions.Default.SessionBufferBytes);
            if (scope.PeerScope is null)
                scope.SetPeer(secured.RemotePeer.Key);
            if (secured.Muxer is null)
                await SelectMuxerAsync(channel, isInitiator, deadline.Token);

            IStreamBudget budget = createBudget(secured.RemotePeer, scope.PeerScope!);
            YamuxConnection session = new(channel, isInitiator, YamuxOptions.Default, budget, _time, _logger, ConnectionGrowth.Create(scope, channel));
            return new UpgradedConnection(session, secured.RemotePeer, secured.RemoteKey, security.ProtocolId);
        }
        catch (Exception e)
        {
            await channel.DisposeAsync();
            if (e is OperationCanceledException && deadline.IsExpired)
                throw new TimeoutException("The remote did not complete the handshake in time.", e);
            throw;
        }
    }

    private async ValueTask<ISecurityProtocol> SelectSecurityAsync(Stream raw, bool isInitiator, CancellationToken cancellationToken)
    {
        string selected = isInitiator
            ? await MultistreamSelect.NegotiateOutboundAsync(raw, _proposals, cancellationToken)
            : await MultistreamSelect.NegotiateInboundAsync(raw, _accepted, cancellationToken);
        return _security.First(protocol => protocol.ProtocolId == selected);
    }

    private static async ValueTask SelectMuxerAsync(Stream channel, bool isInitiator, CancellationToken cancellationToken)
    {
        if (isInitiator)
            await MultistreamSelect.NegotiateOutboundAsync(channel, [Yamux], cancellationToken);
        else
            await MultistreamSelect.NegotiateInboundAsync(channel, Muxers, cancellationToken);
    }
}
