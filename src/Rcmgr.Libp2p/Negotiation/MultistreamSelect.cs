namespace Rcmgr.Libp2p.Negotiation;

/// <summary>
/// Multistream-select 1.0: two sides agree on the protocol a channel will speak. Deadlines come through the cancellation token;
/// bytes and rounds are bounded here. Nothing past the last negotiation message is read from the channel.
/// </summary>
internal static class MultistreamSelect
{
    /// <summary>The protocol's own identifier, the first message of both sides.</summary>
    public const string ProtocolId = "/multistream/1.0.0";

    /// <summary>The longest message accepted, its line feed included.</summary>
    public const int MaxMessageBytes = 1024;

    /// <summary>The most bytes read from the remote in one negotiation.</summary>
    public const int MaxNegotiationBytes = 64 * 1024;

    /// <summary>The most proposals (or lists) one negotiation may ask for, whichever side asks.</summary>
    public const int MaxRounds = 100;

    private const string NotAvailable = "na";
    private const string List = "ls";

    private static readonly byte[] HeaderMessage = MultistreamMessages.Encode(ProtocolId);
    private static readonly byte[] NotAvailableMessage = MultistreamMessages.Encode(NotAvailable);

    /// <summary>Proposes <paramref name="protocols"/> in their order and returns the first that the remote accepts.</summary>
    /// <exception cref="NegotiationException">The remote accepts none, or breaks the protocol or its bounds.</exception>
    public static async ValueTask<string> NegotiateOutboundAsync(
        Stream channel, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(protocols.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(protocols.Count, MaxRounds);
        using MultistreamMessages messages = new(channel);

        await messages.WriteAsync(MultistreamMessages.Encode(ProtocolId, protocols[0]), cancellationToken);
        await messages.ReadHeaderAsync(cancellationToken);
        for (int i = 0; i < protocols.Count; i++)
        {
            if (i > 0)
                await messages.WriteAsync(MultistreamMessages.Encode(protocols[i]), cancellationToken);
            string answer = await messages.ReadAsync(cancellationToken);
            if (answer == protocols[i])
                return protocols[i];
            if (answer != NotAvailable)
                throw new NegotiationException(NegotiationFailure.UnexpectedAnswer, "The remote answered with another protocol.");
        }

        throw new NegotiationException(
            NegotiationFailure.NoCommonProtocol, $"The remote supports none of: {string.Join(", ", protocols)}.");
    }

    /// <summary>Answers the remote's proposals until one of <paramref name="supported"/> is named, and returns it.</summary>
    /// <exception cref="NegotiationException">The remote breaks the protocol or its bounds, or gives up.</exception>
    public static async ValueTask<string> NegotiateInboundAsync(
        Stream channel, IReadOnlySet<string> supported, CancellationToken cancellationToken)
    {
        using MultistreamMessages messages = new(channel);
        await messages.ReadHeaderAsync(cancellationToken);
        // Answered at once: an initiator may wait for it before it proposes anything.
        await messages.WriteAsync(HeaderMessage, cancellationToken);

        for (int round = 0; round < MaxRounds; round++)
        {
            string proposal = await messages.ReadAsync(cancellationToken);
            if (supported.Contains(proposal))
            {
                await messages.WriteAsync(MultistreamMessages.Encode(proposal), cancellationToken);
                return proposal;
            }

            byte[] answer = proposal == List ? MultistreamMessages.EncodeList(supported) : NotAvailableMessage;
            await messages.WriteAsync(answer, cancellationToken);
        }

        throw new NegotiationException(NegotiationFailure.TooManyRounds, "The remote proposed too many protocols.");
    }
}
