using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>
/// Validly protected packets with frames that no honest sender writes, in both directions, and a library that runs out of memory at any
/// moment. The native library ends the process when an assertion of its own fails: that these tests end is most of what they show.
/// A few seconds by default, as many as RCMGR_FUZZ_SECONDS says by hand.
/// </summary>
public sealed class FrameFuzzTests
{
    private const int Attackers = 4;

    [Fact]
    public async Task Frames_that_a_client_mutates_harm_nobody_else_and_leave_nothing()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await QuicHosts.StartAsync();
        await using TestHost honest = await QuicHosts.StartAsync();
        PeerId peer = await honest.Host.DialAsync(server.Address, ct);
        await using EngineScene attacker = new(faults: new Ngtcp2Faults { Encrypt = FrameMutator.Create(FuzzTime.Seed()) });

        int attempts = await RunAsync(token => attacker.EchoAsync(server.EndPoint(), streams: 3, bytes: 3000, token));

        Report(attempts);
        await honest.Host.PingAsync(peer, ct);
        await EchoClient.EchoAsync(honest.Host, peer, streams: 2, bytesPerStream: 64 * 1024);
        await TestHost.ComesToHoldNothingAsync(attacker.Manager);
        await honest.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task Frames_that_a_server_mutates_harm_nobody_else_and_leave_nothing()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using EngineScene attacker = new(faults: new Ngtcp2Faults { Encrypt = FrameMutator.Create(FuzzTime.Seed()) });
        await using EngineScene honest = new();
        await using EngineScene client = new();
        IPEndPoint hostile = await attacker.ListenAsync();

        int attempts = await RunAsync(token => client.EchoAsync(hostile, streams: 3, bytes: 3000, token));

        Report(attempts);
        await client.EchoAsync(await honest.ListenAsync(), streams: 2, bytes: 64 * 1024, ct);
        await TestHost.ComesToHoldNothingAsync(client.Manager);
        await TestHost.ComesToHoldNothingAsync(honest.Manager);
    }

    /// <summary>Ended the process: the library's client forgets its handshake when told so, and looked into it with its next write.</summary>
    [Fact]
    public async Task A_server_that_confirms_a_handshake_too_early_fails_that_connection_only()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using EngineScene hasty = new(faults: new Ngtcp2Faults { Encrypt = FrameMutator.CreateConfirming() });
        await using EngineScene honest = new();
        await using EngineScene client = new();
        IPEndPoint hostile = await hasty.ListenAsync();

        for (int i = 0; i < 4; i++)
            await TryAsync(token => client.EchoAsync(hostile, streams: 1, bytes: 1000, token), ct);

        await client.EchoAsync(await honest.ListenAsync(), streams: 2, bytes: 64 * 1024, ct);
        await TestHost.ComesToHoldNothingAsync(client.Manager);
    }

    [Fact]
    public async Task Memory_that_runs_out_at_any_moment_ends_connections_and_leaves_nothing()
    {
        QuicAvailability.Require();
        Random random = new(FuzzTime.Seed());
        int asked = 0;
        int failed = 0;
        bool isScarce = true;
        Ngtcp2Faults scarce = new()
        {
            FailsAllocation = () =>
            {
                lock (random)
                {
                    asked++;
                    bool fails = Volatile.Read(ref isScarce) && random.NextDouble() < 0.003;
                    failed += fails ? 1 : 0;
                    return fails;
                }
            },
        };
        await using EngineScene server = new(faults: scarce);
        await using EngineScene client = new(faults: scarce);
        IPEndPoint listening = await server.ListenAsync();

        int attempts = await RunAsync(token => client.EchoAsync(listening, streams: 3, bytes: 20_000, token));

        TestContext.Current.TestOutputHelper?.WriteLine($"{attempts} connections, {failed} of {asked} allocations failed");
        Assert.InRange(failed, 1, int.MaxValue);
        Volatile.Write(ref isScarce, false);
        await client.EchoAsync(listening, streams: 2, bytes: 64 * 1024, TestContext.Current.CancellationToken);
        await TestHost.ComesToHoldNothingAsync(client.Manager);
        await TestHost.ComesToHoldNothingAsync(server.Manager);
    }

    private static void Report(int attempts)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{attempts} connections, {FrameMutator.Mutated} mutated packets");
        Assert.InRange(FrameMutator.Mutated, 1, int.MaxValue);
    }

    /// <summary>Tries again and again, several at once, until the time is over; returns how often.</summary>
    private static async Task<int> RunAsync(Func<CancellationToken, Task> attempt)
    {
        using CancellationTokenSource over = new(FuzzTime.Length);
        int attempts = 0;
        await Task.WhenAll(Enumerable.Range(0, Attackers).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                Interlocked.Increment(ref attempts);
                await TryAsync(attempt, over.Token);
            }
        })));
        return attempts;
    }

    private static async Task TryAsync(Func<CancellationToken, Task> attempt, CancellationToken over)
    {
        // A mutation may as well make the remote wait for what never comes.
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(over);
        patience.CancelAfter(TimeSpan.FromMilliseconds(500));
        try
        {
            await attempt(patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or TimeoutException or SocketException
            or Xunit.Sdk.TrueException)
        {
            // Broken connections, resets and wrong bytes are what is asked for here.
        }
    }
}
