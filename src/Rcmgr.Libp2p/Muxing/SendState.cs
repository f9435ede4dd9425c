namespace Rcmgr.Libp2p.Muxing;

/// <summary>The sending side of one stream. Every mutable member is guarded by the gate of its <see cref="FrameSender"/>.</summary>
internal sealed class SendState
{
    public SendState(FrameSender sender, YamuxStream stream, uint id, bool isOutbound)
    {
        Sender = sender;
        Stream = stream;
        Id = id;
        SynUnsent = isOutbound;
        AckUnsent = !isOutbound;
        ControlNode = new LinkedListNode<SendState>(this);
        DataNode = new LinkedListNode<SendState>(this);
    }

    public FrameSender Sender { get; }

    public YamuxStream Stream { get; }

    public uint Id { get; }

    /// <summary>Bytes the remote still takes.</summary>
    public long Window { get; set; } = YamuxOptions.InitialWindow;

    /// <summary>Bytes to grant the remote with the next control frame.</summary>
    public uint Grant { get; set; }

    public bool SynUnsent { get; set; }

    public bool AckUnsent { get; set; }

    public bool FinRequested { get; set; }

    public bool FinSent { get; set; }

    /// <summary>A write is waiting; its caller's memory is <see cref="Pending"/>.</summary>
    public bool Writing { get; set; }

    public ReadOnlyMemory<byte> Pending { get; set; }

    public PendingOperation<bool> Write { get; } = new();

    /// <summary>Makes the error of every further write once the stream is over.</summary>
    public Func<Exception>? Failure { get; set; }

    /// <summary>This stream's place among those with control frames to send; in no list when it has none.</summary>
    public LinkedListNode<SendState> ControlNode { get; }

    /// <summary>This stream's place among those with data (or an end) to send that the remote takes.</summary>
    public LinkedListNode<SendState> DataNode { get; }

    public YamuxFlags TakeFlags()
    {
        YamuxFlags flags = SynUnsent ? YamuxFlags.Syn : AckUnsent ? YamuxFlags.Ack : YamuxFlags.None;
        SynUnsent = false;
        AckUnsent = false;
        return flags;
    }
}
