using Rcmgr.Libp2p.Transports.Quic.MsQuic;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class StreamCreditTests
{
    [Fact]
    public async Task A_wait_ends_with_the_credit()
    {
        StreamCredit credit = new();
        Task waiting = credit.TakeAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        credit.Add(1);

        await waiting;
        Assert.False(credit.TakeAsync(TestContext.Current.CancellationToken).IsCompleted);
    }

    [Fact]
    public async Task A_wait_that_is_given_up_leaves_the_credit_to_the_next()
    {
        StreamCredit credit = new();
        using CancellationTokenSource patience = new();
        Task givenUp = credit.TakeAsync(patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);

        credit.Add(1);

        Assert.True(credit.TakeAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    [Fact]
    public void A_change_that_adds_nothing_is_none()
    {
        StreamCredit credit = new();

        credit.Add(0);
        credit.Add(-3);

        Assert.False(credit.TakeAsync(TestContext.Current.CancellationToken).IsCompleted);
    }
}
