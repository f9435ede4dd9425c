namespace Rcmgr.Libp2p.Negotiation;

/// <summary>Why a protocol negotiation did not end with a protocol.</summary>
internal enum NegotiationFailure
{
    /// <summary>The two sides share none of the offered protocols.</summary>
    NoCommonProtocol,

    /// <summary>The remote does not speak multistream-select 1.0.</summary>
    WrongHeader,

    /// <summary>A message without its final line feed, or with a malformed length.</summary>
    MalformedMessage,

    /// <summary>A message longer than <see cref="MultistreamSelect.MaxMessageBytes"/>.</summary>
    MessageTooLong,

    /// <summary>The remote sent more than <see cref="MultistreamSelect.MaxNegotiationBytes"/> without settling.</summary>
    TooManyBytes,

    /// <summary>More than <see cref="MultistreamSelect.MaxRounds"/> questions without a choice.</summary>
    TooManyRounds,

    /// <summary>An answer that is neither the proposed protocol nor a refusal.</summary>
    UnexpectedAnswer,

    /// <summary>The channel ended in the middle of the negotiation.</summary>
    ChannelEnded,
}

/// <summary>A protocol negotiation that failed, and why.</summary>
internal sealed class NegotiationException(NegotiationFailure failure, string message) : IOException(message)
{
    public NegotiationFailure Failure { get; } = failure;
}
