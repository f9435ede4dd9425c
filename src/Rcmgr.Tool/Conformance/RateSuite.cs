using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// Connection rates on a virtual clock (specification §5.4), and, where the file has them, bursts with the defaults, the proof of
/// source addresses (§5.5) and the order of all gates of one manager (§3.1).
/// </summary>
internal sealed class RateSuite : IConformanceSuite
{
    /// <inheritdoc/>
    public bool Recognises(JsonElement root) => CaseFile.StartsWith(root, "cases", "name", "config", "events");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(JsonElement root)
    {
        foreach (JsonElement item in CaseFile.Cases(root, "cases"))
            yield return CaseResult.Of(CaseFile.Text(item, "name") ?? "unnamed", () => DifferenceOfRates(item));
        foreach (JsonElement item in CaseFile.Cases(root, "verifySource"))
            yield return CaseResult.Of($"verify: {CaseFile.Text(item, "name")}", () => DifferenceOfProof(item));
        foreach (JsonElement item in CaseFile.Cases(root, "burstsDefault"))
            yield return CaseResult.Of($"burst: {CaseFile.Text(item, "name")}", () => DifferenceOfBurst(item));
        if (root.TryGetProperty("openConnectionDefaults", out JsonElement defaults))
            yield return CaseResult.Of("all gates of a manager", () => DifferenceOfGates(defaults));
    }

    private static string? DifferenceOfRates(JsonElement item)
    {
        VirtualClock clock = new();
        ResourceManager manager = Create(PublishedLimits.OfRates(item.GetProperty("config")), clock);
        return FirstDifference(item, clock, text => IsAdmitted(manager, text.Length == 0 ? null : IPAddress.Parse(text)));
    }

    private static string? DifferenceOfProof(JsonElement item)
    {
        VirtualClock clock = new();
        ResourceManager manager = Create(PublishedLimits.OfConnections(item), clock);

        // What is no address cannot be proved: callers ask for proof without asking the manager.
        return FirstDifference(
            item, clock, text => !IPEndPoint.TryParse(text, out IPEndPoint? source) || manager.VerifySourceAddress(source.Address));
    }

    private static string? DifferenceOfBurst(JsonElement item)
    {
        IPAddress?[] addresses = [.. item.GetProperty("ips").EnumerateArray().Select(ip => IPAddress.TryParse(ip.GetString(), out IPAddress? address) ? address : null)];
        ResourceManager manager = Create(PublishedLimits.Default with { SubnetsIPv4 = [], SubnetsIPv6 = [] }, new VirtualClock());
        int admitted = Enumerable.Range(0, item.GetProperty("tries").GetInt32()).Count(i => IsAdmitted(manager, addresses[i % addresses.Length]));
        int expected = item.GetProperty("admitted").GetInt32();
        return admitted == expected ? null : $"expected {expected}, got {admitted}";
    }

    private static string? DifferenceOfGates(JsonElement item)
    {
        const int SystemConnections = 30;
        ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = ResourceManagerLimits.Infinite with { System = ResourceLimits.AllowAll with { Connections = SystemConnections } },
            ConnectionLimits = PublishedLimits.Default,
            TimeProvider = new VirtualClock(),
        });
        foreach (JsonElement run in item.GetProperty("runs").EnumerateArray())
        {
            Direction direction = run.GetProperty("dir").GetString() == "in" ? Direction.Inbound : Direction.Outbound;
            IPAddress? address = Multiaddress.Parse(run.GetProperty("addr").GetString()!).LeadingAddress;
            string expected = run.GetProperty("result").GetString()!;
            for (int i = 0; i < run.GetProperty("n").GetInt32(); i++)
            {
                manager.TryOpenConnection(direction, usesFileDescriptor: true, address, out _, out Refusal refusal);
                string actual = refusal.Reason == RefusalReason.Limit ? "scope" : SubnetSuite.Outcome(refusal);
                if (actual != expected)
                    return $"try {i + 1} of {run.GetRawText()}: got {actual}";
            }
        }

        return null;
    }

    private static string? FirstDifference(JsonElement item, VirtualClock clock, Func<string, bool> answer)
    {
        int number = 0;
        foreach (JsonElement happened in item.GetProperty("events").EnumerateArray())
        {
            number++;
            clock.Nanoseconds = happened[0].GetInt64();
            if (answer(happened[1].GetString()!) == happened[2].GetBoolean())
                continue;

            // On the edge of the recording's floating point both answers are right, and what follows depends on it.
            return happened[3].GetBoolean() ? null : $"event {number} {happened.GetRawText()}: got the opposite";
        }

        return null;
    }

    private static bool IsAdmitted(ResourceManager manager, IPAddress? address) =>
        manager.Admission?.TryAdmit(Direction.Inbound, address, out _, out _) ?? true;

    private static ResourceManager Create(ConnectionLimits limits, TimeProvider time) => new(new ResourceManagerOptions
    {
        Limits = ResourceManagerLimits.Infinite,
        ConnectionLimits = limits,
        TimeProvider = time,
    });

    /// <summary>A clock that stands still between the recorded events.</summary>
    private sealed class VirtualClock : TimeProvider
    {
        public long Nanoseconds { get; set; }

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Nanoseconds;
    }
}
