namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>What the library reports, from within its calls: nothing here may read, write or free the native connection.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    /// <summary>Whether the handshake is done and paid for.</summary>
    private bool IsEstablished { get; set; }

    internal void OnRemoteCertificate(byte[] certificate) => _certificate = certificate;

    internal void OnFault(Exception error) => _fault ??= error;

    internal bool OnNewId(NativeConnectionId* id, byte* token, int length)
    {
        if (length > ConnectionIdKey.MaxLength)
            return false;
        *id = Ngtcp2Context.NewConnectionId(length);
        if (!_endpoint.Context.TryCreateResetToken(id, token))
            return false;
        AddId(ConnectionIdKey.Of(*id));
        return true;
    }

    internal void OnIdRetired(in ConnectionIdKey id)
    {
        _ids.Remove(id);
        _endpoint.RemoveRoute(id, this);
    }

    /// <summary>Data may follow within the same datagram, so the windows are paid for here. False breaks the connection off.</summary>
    internal bool OnHandshakeCompleted()
    {
        if (_certificate.Length == 0 || !TlsCredentials.HasApplicationProtocol(_session))
            return false;
        if (_scope.TryReserveMemory(_options.ConnectionWindow, MemoryPriority.Always, out Refusal refusal))
        {
            IsEstablished = true;
            return true;
        }

        _refusal = refusal;
        _endpoint.Gate?.Refused(RemoteEndPoint, refusal);
        return true;
    }

    /// <summary>A client gets an active id when it has written all that belongs to its handshake.</summary>
    internal void OnRemoteIdActive() => _isPastHandshake = true;

    internal void OnStreamOpened(long id)
    {
        if (!IsEstablished)
            return;
        Ngtcp2Stream stream = new(this, id, isOutbound: false);
        _streams.Add(id, stream);
        _accepted.Writer.TryWrite(stream);
    }

    internal void OnStreamData(long id, ReadOnlySpan<byte> bytes, bool isFinished)
    {
        if (!_streams.TryGetValue(id, out Ngtcp2Stream? stream))
            return;
        _unread.Add(bytes.Length);
        if (stream.OnData(bytes, isFinished))
            _filling.Add(stream);
    }

    internal void OnAcknowledged(long id, ulong offset)
    {
        if (_streams.TryGetValue(id, out Ngtcp2Stream? stream))
            stream.OnAcknowledged(offset);
    }

    internal void OnStreamReset(long id, ulong code)
    {
        if (_streams.TryGetValue(id, out Ngtcp2Stream? stream))
            stream.OnRemoteReset(Code(code));
    }

    internal void OnStreamClosed(long id, ulong? code)
    {
        if (!_streams.Remove(id, out Ngtcp2Stream? stream))
            return;
        stream.FreeSent();
        stream.OnWireClosed(code is { } known ? Code(known) : null);
        if (stream.HasUnread)
            _closedUnread.Add(stream);
    }

    internal void OnStreamCredit(long id)
    {
        if (_streams.TryGetValue(id, out Ngtcp2Stream? stream))
            QueueSend(stream);
    }

    internal void OnMoreStreams() => _mayOpenMore = true;

    /// <summary>A stream was disposed.</summary>
    internal void Forget(Ngtcp2Stream stream) => _closedUnread.Remove(stream);

    /// <summary>Gives the remote one more stream, for one that is closed on the wire and whose account is released.</summary>
    internal void ReturnStreamCredit()
    {
        if (_native == 0)
            return;
        Ngtcp2Api.ngtcp2_conn_extend_max_streams_bidi(_native, 1);
        MarkDirty();
    }

    private static uint Code(ulong code) => (uint)Math.Min(code, uint.MaxValue);
}
