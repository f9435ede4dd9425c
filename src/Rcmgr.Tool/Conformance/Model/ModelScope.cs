using System.Net;

namespace Rcmgr.Tool.Conformance.Model;

/// <summary>One scope of the reference model: a usage vector, limits, and the ordered names of the scopes above.</summary>
internal sealed class ModelScope(string name, ResourceLimits limits, params string[] above)
{
    public const int Length = 6;

    public const int StreamsIn = 0;
    public const int StreamsOut = 1;
    public const int ConnectionsIn = 2;
    public const int ConnectionsOut = 3;
    public const int FileDescriptors = 4;
    public const int Memory = 5;

    public string Name { get; } = name;

    public ResourceLimits Limits { get; set; } = limits;

    public long[] Use { get; } = new long[Length];

    /// <summary>The ordered ancestor list of specification §1.2.</summary>
    public string[] Above { get; set; } = above;

    /// <summary>The owner of a span; null for every other scope.</summary>
    public string? Owner { get; init; }

    public bool IsHandle { get; init; }

    public bool IsClosed { get; set; }

    public int Views { get; set; }

    public IPAddress? Address { get; init; }

    public bool IsAllowlisted { get; set; }

    public string? Peer { get; set; }

    public string? Protocol { get; set; }

    public string? Service { get; set; }

    public ScopeUsage Usage =>
        new(Use[StreamsIn], Use[StreamsOut], Use[ConnectionsIn], Use[ConnectionsOut], Use[FileDescriptors], Use[Memory]);

    public void Add(long[] amounts)
    {
        for (int i = 0; i < Length; i++)
            Use[i] += amounts[i];
    }

    /// <summary>Takes what is there. False when it was less than asked.</summary>
    public bool Take(long[] amounts)
    {
        bool whole = true;
        for (int i = 0; i < Length; i++)
        {
            whole &= amounts[i] <= Use[i];
            Use[i] -= Math.Min(amounts[i], Use[i]);
        }

        return whole;
    }
}
