namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>Sending, and what becomes of bytes that were read. On the loop's thread, but where it says otherwise.</content>
internal sealed unsafe partial class Ngtcp2Connection
{
    private const uint MoreFlag = 1;
    private const uint FinFlag = 2;
    private const int MaxVectors = 8;

    private readonly Queue<Ngtcp2Stream> _sending = new();
    private readonly List<Ngtcp2Stream> _blocked = [];
    private readonly HashSet<Ngtcp2Stream> _filling = [];
    private long _consumed;
    private int _isPosted;
    private int _window;
    private long _granted;
    private ulong _lastGrant;
    private bool _isDirty;

    /// <summary>The receive window now, in bytes: what the connection is charged for.</summary>
    internal int Window => Volatile.Read(ref _window);

    /// <summary>Counts bytes that were read or dropped; from any thread.</summary>
    internal void CountConsumed(long bytes)
    {
        _unread.Remove(bytes);
        if (Interlocked.Add(ref _consumed, bytes) >= Window / 8 && Interlocked.Exchange(ref _isPosted, 1) == 0)
            Loop.Post(this);
    }

    /// <summary>Lets the remote send as much as was read, and more if it keeps the reader waiting and the account pays for it.</summary>
    void ILoopWork.Run()
    {
        Interlocked.Exchange(ref _isPosted, 0);
        long consumed = Interlocked.Exchange(ref _consumed, 0);
        if (_native == 0)
            return;
        _granted += consumed;
        Ngtcp2Api.ngtcp2_conn_extend_max_offset(_native, (ulong)(consumed + Grow()));
        MarkDirty();
    }

    /// <summary>Has the stream send what it has to.</summary>
    internal void QueueSend(Ngtcp2Stream stream)
    {
        if (_native == 0 || stream.IsQueued)
            return;
        stream.IsQueued = true;
        _sending.Enqueue(stream);
        MarkDirty();
    }

    /// <summary>Lets the remote send more on one stream; returns what was given beyond <paramref name="consumed"/>.</summary>
    internal long ExtendStream(Ngtcp2Stream stream, long consumed, long growth)
    {
        if (_native == 0)
            return 0;
        // A window larger than the connection's would be an empty promise.
        if (growth > 0 && stream.Window + growth > Window / 2)
            growth = 0;
        // A stream that is over already needs none.
        _ = Ngtcp2Api.ngtcp2_conn_extend_max_stream_offset(_native, (long)stream.Id, (ulong)(consumed + growth));
        MarkDirty();
        return growth;
    }

    internal void ShutDown(Ngtcp2Stream stream, uint code)
    {
        if (_native == 0)
            return;
        // Without memory for the frames the connection is about to end anyway.
        _ = Ngtcp2Api.ngtcp2_conn_shutdown_stream(_native, 0, (long)stream.Id, code);
        MarkDirty();
    }

    /// <summary>The smoothed round-trip time in nanoseconds.</summary>
    internal ulong RoundTrip()
    {
        if (_native == 0)
            return 0;
        NativeConnectionInfo info;
        Ngtcp2Api.ngtcp2_conn_get_conn_info_versioned(_native, StructVersion.ConnectionInfo, &info);
        return info.SmoothedRoundTrip;
    }

    /// <summary>Sends what the congestion and flow control allow, and plans the next time.</summary>
    internal void Flush()
    {
        _isDirty = false;
        if (_native == 0)
            return;
        CompleteReads();
        OpenWaiting();
        FollowPath();
        ulong now = NativeLoop.Now;
        int error = WritePackets(now);
        if (_native == 0)
            return;
        if (error != 0)
        {
            CloseWithError(error);
            return;
        }

        Ngtcp2Api.ngtcp2_conn_update_pkt_tx_time(_native, now);
        Loop.Timers.Set(this, Ngtcp2Api.ngtcp2_conn_get_expiry(_native));
    }

    private long Grow()
    {
        if (_granted < _window / 2)
            return 0;
        _granted = 0;
        ulong now = NativeLoop.Now;
        bool keepsUp = now - _lastGrant < 4 * RoundTrip();
        _lastGrant = now;
        int growth = Math.Min(_window, _options.MaxConnectionWindow - _window);
        if (!keepsUp || growth <= 0 || !_scope.TryReserveMemory(growth, MemoryPriority.WindowGrowth, out _))
            return 0;
        Volatile.Write(ref _window, _window + growth);
        _allocator.Limit += growth;
        return growth;
    }

    private void MarkDirty()
    {
        if (_isDirty || _native == 0)
            return;
        _isDirty = true;
        Loop.MarkDirty(this);
    }

    /// <summary>
    /// The library tells neither that the remote wants no more of a stream nor that the connection's credit grew: streams that were
    /// blocked are tried again after every packet.
    /// </summary>
    private void RetryBlocked()
    {
        foreach (Ngtcp2Stream stream in _blocked)
            QueueSend(stream);
        _blocked.Clear();
    }

    /// <summary>Wakes the readers that got bytes since the last time.</summary>
    private void CompleteReads()
    {
        foreach (Ngtcp2Stream stream in _filling)
            stream.CompleteRead();
        _filling.Clear();
    }

    /// <summary>Writes packets until there is nothing more or no more may be sent; an error of the library, or zero.</summary>
    private int WritePackets(ulong now)
    {
        SendBatch batch = Loop.Outgoing;
        int largest = (int)Ngtcp2Api.ngtcp2_conn_get_max_tx_udp_payload_size(_native);
        int full = (int)Ngtcp2Api.ngtcp2_conn_get_path_max_tx_udp_payload_size(_native);
        int quantum = (int)Math.Min((nuint)SendBatch.Capacity, Ngtcp2Api.ngtcp2_conn_get_send_quantum(_native));
        int sent = 0;
        // One more packet than fits would cost a system call of its own.
        while (sent == 0 || sent + largest <= quantum)
        {
            NativePath path = batch.NewPath();
            int room = batch.Used == 0 ? largest : batch.Segment;
            nint length = WritePacket(batch.Next, _allowance?.Limit(room) ?? room, &path, now);
            if (length <= 0)
            {
                SendWaiting(batch);
                return (int)length;
            }

            sent += (int)length;
            _allowance?.Count((int)length);
            if (!batch.Fits((int)length, path))
            {
                byte* odd = batch.Next;
                SendWaiting(batch);
                _endpoint.Send(odd, (int)length, (int)length, path);
                continue;
            }

            batch.Add((int)length, path);
            if (length != full || length != batch.Segment || batch.Used + largest > SendBatch.Capacity)
                SendWaiting(batch);
        }

        SendWaiting(batch);
        // The pacing timer is due at once unless the congestion window is full.
        return 0;
    }

    private void SendWaiting(SendBatch batch)
    {
        if (batch.Used > 0)
            _endpoint.Send(batch.Packets, batch.Used, batch.Segment, batch.Path);
        batch.Clear();
    }

    /// <summary>Fills one packet from the streams that have something to send; its length, zero for none, or an error.</summary>
    private nint WritePacket(byte* destination, int capacity, NativePath* path, ulong now)
    {
        NativeVector* vectors = stackalloc NativeVector[MaxVectors];
        NativePacketInfo info;
        while (true)
        {
            Ngtcp2Stream? stream = NextToSend(vectors, out int count, out bool isLast);
            uint flags = MoreFlag | (isLast ? FinFlag : 0);
            nint accepted = -1;
            nint length = Ngtcp2Api.ngtcp2_conn_writev_stream_versioned(
                _native, path, StructVersion.PacketInfo, &info, destination, (nuint)capacity, &accepted,
                stream is null ? 0 : flags, stream is null ? -1 : (long)stream.Id, vectors, (nuint)count, now);
            if (stream is null)
                return length;
            switch ((int)length)
            {
                case NativeError.StreamDataBlocked:
                    Dequeue(stream);
                    _blocked.Add(stream);
                    continue;
                case NativeError.StreamShutWrite or NativeError.StreamNotFound:
                    Dequeue(stream);
                    stream.OnWriteRefused();
                    continue;
                case NativeError.WriteMore:
                    Advance(stream, accepted, isLast);
                    continue;
            }

            if (length >= 0 && accepted >= 0)
                Advance(stream, accepted, isLast);
            return length;
        }
    }

    private Ngtcp2Stream? NextToSend(NativeVector* vectors, out int count, out bool isLast)
    {
        while (_sending.TryPeek(out Ngtcp2Stream? stream))
        {
            if (stream.TryFill(vectors, MaxVectors, out count, out isLast))
                return stream;
            Dequeue(stream);
        }

        count = 0;
        isLast = false;
        return null;
    }

    /// <summary>Turns go round: a stream with more to send queues again behind the others.</summary>
    private void Advance(Ngtcp2Stream stream, nint accepted, bool isLast)
    {
        Dequeue(stream);
        if (stream.OnSent((ulong)accepted, isLast))
        {
            stream.IsQueued = true;
            _sending.Enqueue(stream);
        }
    }

    private void Dequeue(Ngtcp2Stream stream)
    {
        _sending.Dequeue();
        stream.IsQueued = false;
    }
}
