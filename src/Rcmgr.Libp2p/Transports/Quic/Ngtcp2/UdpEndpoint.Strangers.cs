using System.Net;
using System.Security.Cryptography;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>
/// What a listener answers to datagrams that belong to no connection. Nothing is kept for a stranger before the gate has opened an
/// account for it, every answer is smaller than what it answers, and the answers of each kind are limited.
/// </content>
internal sealed unsafe partial class UdpEndpoint
{
    private const ulong Refused = 0x2;
    private const ulong InvalidToken = 0xb;
    private const byte RetryTokenMagic = 0xb7;
    private const int ShortestForReset = 43;
    private const int ResetBytes = 38;
    private const ulong TokenLifetime = 10_000_000_000;

    /// <summary>Connections that are over and whose remote may still have to be told.</summary>
    private const int MaxClosed = 4096;

    private readonly ReplyLimiter _versionReplies = new(1000);
    private readonly ReplyLimiter _resetReplies = new(1000);
    private readonly ReplyLimiter _refusals = new(10_000);
    private readonly ReplyLimiter _retries = new(50_000);
    private readonly Dictionary<ConnectionIdKey, ClosedConnection> _closed = [];
    private int _closedCount;

    /// <summary>Inbound connections whose TLS handshake runs.</summary>
    public int Handshaking { get; set; }

    /// <summary>Repeats a connection's last packet to a remote that goes on sending to it, until <paramref name="until"/>.</summary>
    public void Remember(IReadOnlyCollection<ConnectionIdKey> ids, byte[] packet, ulong until)
    {
        if (_gate is null || _closedCount >= MaxClosed || _isGone)
            return;
        ClosedConnection closed = new(this, ids, packet);
        foreach (ConnectionIdKey id in ids)
            _closed[id] = closed;
        _closedCount++;
        _loop.Timers.Set(closed, until);
    }

    private void AnswerStranger(in DatagramHeader header, in NativePath path, byte* packet, int length, ulong now)
    {
        if (_closed.TryGetValue(new ConnectionIdKey(header.DestinationId), out ClosedConnection? closed))
            closed.Repeat(path);
        else if (header.IsInitial)
            OnInitial(path, packet, length, now);
        else if (header.IsLong && header.Version is not (0 or DatagramHeader.QuicV1) && length >= DatagramHeader.MinInitialDatagram)
            OfferVersion(header, path, now);
        else if (!header.IsLong && length >= ShortestForReset)
            SendReset(header, path, now);
    }

    private void OnInitial(in NativePath path, byte* packet, int length, ulong now)
    {
        NativePacketHeader header;
        if (Ngtcp2Api.ngtcp2_accept(&header, packet, (nuint)length) != 0)
            return;
        IPEndPoint? remote = SocketAddresses.Read(new ReadOnlySpan<byte>(path.Remote.Socket, (int)path.Remote.Length));
        if (remote is null)
            return;
        if (_isClosing || Handshaking >= Context.Options.RefuseAbove)
        {
            Refuse(&header, Refused, path, now);
            return;
        }

        NativeConnectionId original = header.DestinationId;
        bool isProven = header.TokenLength > 0 && header.Token[0] == RetryTokenMagic;
        if (isProven && !VerifyToken(&header, &original, path, now))
            Refuse(&header, InvalidToken, path, now);
        else if (!isProven && (Handshaking >= Context.Options.RetryAbove || _gate!.MustProveAddress(remote.Address)))
            SendRetry(&header, path, now);
        else
            Accept(&header, isProven ? &original : null, remote, path, packet, length, now);
    }

    private void Accept(
        NativePacketHeader* header, NativeConnectionId* original, IPEndPoint remote, in NativePath path, byte* packet, int length, ulong now)
    {
        if (!_gate!.TryAdmit(remote, out ConnectionScope? scope))
        {
            Refuse(header, Refused, path, now);
            return;
        }

        Ngtcp2Connection? connection = null;
        try
        {
            connection = Ngtcp2Connection.TryAccept(this, header, original, remote, path, scope, now, out Refusal refusal);
            if (connection is null)
            {
                _gate.Refused(remote, refusal);
                Refuse(header, Refused, path, now);
                return;
            }
        }
        finally
        {
            if (connection is null)
                scope.Dispose();
        }

        connection.Receive(path, packet, length);
    }

    private bool VerifyToken(NativePacketHeader* header, NativeConnectionId* original, in NativePath path, ulong now)
    {
        fixed (byte* secret = Context.TokenSecret)
        {
            return Ngtcp2Api.ngtcp2_crypto_verify_retry_token2(
                original, header->Token, header->TokenLength, secret, (nuint)Context.TokenSecret.Length, header->Version,
                path.Remote.Socket, path.Remote.Length, &header->DestinationId, TokenLifetime, now) == 0;
        }
    }

    private void SendRetry(NativePacketHeader* header, in NativePath path, ulong now)
    {
        if (!_retries.TryTake(now))
            return;
        byte* token = stackalloc byte[256];
        byte* reply = stackalloc byte[512];
        NativeConnectionId retryId = Ngtcp2Context.NewConnectionId(DatagramHeader.OwnIdLength);
        fixed (byte* secret = Context.TokenSecret)
        {
            nint tokenLength = Ngtcp2Api.ngtcp2_crypto_generate_retry_token2(
                token, secret, (nuint)Context.TokenSecret.Length, header->Version, path.Remote.Socket, path.Remote.Length,
                &retryId, &header->DestinationId, now);
            if (tokenLength <= 0)
                return;
            nint length = Ngtcp2Api.ngtcp2_crypto_write_retry(
                reply, 512, header->Version, &header->SourceId, &retryId, &header->DestinationId, token, (nuint)tokenLength);
            if (length > 0)
                Send(reply, (int)length, (int)length, path);
        }
    }

    private void Refuse(NativePacketHeader* header, ulong code, in NativePath path, ulong now)
    {
        if (!_refusals.TryTake(now))
            return;
        byte* reply = stackalloc byte[DatagramHeader.MinInitialDatagram];
        nint length = Ngtcp2Api.ngtcp2_crypto_write_connection_close(
            reply, DatagramHeader.MinInitialDatagram, header->Version, &header->SourceId, &header->DestinationId, code, null, 0);
        if (length > 0)
            Send(reply, (int)length, (int)length, path);
    }

    private void OfferVersion(in DatagramHeader header, in NativePath path, ulong now)
    {
        if (!_versionReplies.TryTake(now))
            return;
        byte* reply = stackalloc byte[256];
        uint version = DatagramHeader.QuicV1;
        fixed (byte* source = header.SourceId)
        fixed (byte* destination = header.DestinationId)
        {
            nint length = Ngtcp2Api.ngtcp2_pkt_write_version_negotiation(
                reply, 256, (byte)RandomNumberGenerator.GetInt32(256), source, (nuint)header.SourceId.Length,
                destination, (nuint)header.DestinationId.Length, &version, 1);
            if (length > 0)
                Send(reply, (int)length, (int)length, path);
        }
    }

    private void SendReset(in DatagramHeader header, in NativePath path, ulong now)
    {
        if (!_resetReplies.TryTake(now))
            return;
        NativeConnectionId id = default;
        id.Length = DatagramHeader.OwnIdLength;
        header.DestinationId.CopyTo(id.Bytes);
        byte* token = stackalloc byte[16];
        byte* random = stackalloc byte[ResetBytes - 16];
        byte* reply = stackalloc byte[ResetBytes];
        RandomNumberGenerator.Fill(new Span<byte>(random, ResetBytes - 16));
        if (!Context.TryCreateResetToken(&id, token))
            return;
        nint length = Ngtcp2Api.ngtcp2_pkt_write_stateless_reset(reply, ResetBytes, token, random, ResetBytes - 16);
        if (length > 0)
            Send(reply, (int)length, (int)length, path);
    }

    private void ForgetClosed()
    {
        foreach (ClosedConnection closed in _closed.Values)
            _loop.Timers.Remove(closed);
        _closed.Clear();
        _closedCount = 0;
    }

    private void Forget(ClosedConnection closed)
    {
        foreach (ConnectionIdKey id in closed.Ids)
            _closed.Remove(id);
        _closedCount--;
    }

    /// <summary>Answers the first, second, fourth, eighth… late packet.</summary>
    private sealed class ClosedConnection(UdpEndpoint endpoint, IReadOnlyCollection<ConnectionIdKey> ids, byte[] packet) : ITimed
    {
        private uint _hits;

        public IReadOnlyCollection<ConnectionIdKey> Ids { get; } = ids;

        public int TimerIndex { get; set; } = -1;

        public ulong Due { get; set; }

        public void OnTimer() => endpoint.Forget(this);

        public void Repeat(in NativePath path)
        {
            if (packet.Length == 0 || !uint.IsPow2(++_hits))
                return;
            fixed (byte* bytes = packet)
                endpoint.Send(bytes, packet.Length, packet.Length, path);
        }
    }
}
