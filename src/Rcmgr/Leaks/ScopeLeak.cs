using System.Globalization;
using System.Net;
using System.Text;

namespace Rcmgr;

/// <summary>A connection, stream, span or view that is open and perhaps forgotten. Immutable.</summary>
public sealed record ScopeLeak
{
    internal ScopeLeak()
    {
    }

    /// <summary>
    /// Whether it is a <see cref="ScopeView"/> that is open. It holds nothing itself, but keeps the peer's, protocol's or service's scope
    /// that is named here in being.
    /// </summary>
    public required bool IsView { get; init; }

    /// <summary>The class of the scope.</summary>
    public required ScopeKind Kind { get; init; }

    /// <summary>The name of the scope (specification §1.1).</summary>
    public required string Name { get; init; }

    /// <summary>The peer that the scope belongs to; null when it has none, or none yet.</summary>
    public PeerKey? Peer { get; init; }

    /// <summary>A connection's remote address, when its endpoint has one.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>When the scope, or the view, was opened.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>How long the scope has been open.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>
    /// What the scope holds; nothing for a view. Of a scope that was collected, what it was opened with: memory that it reserved is not known any more, but
    /// is still counted by the manager.
    /// </summary>
    public required ScopeUsage Use { get; init; }

    /// <summary>
    /// Nobody can dispose the scope any more: the program let go of it and the garbage collector took it. What it held stays reserved.
    /// </summary>
    public required bool IsCollected { get; init; }

    /// <summary>The calls that opened the scope, innermost first, one a line; empty when no stack is remembered.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>Says what is open, since when, and who opened it.</summary>
    public override string ToString()
    {
        StringBuilder text = new(IsView ? $"view of {Name}" : Name);
        if (Peer is not null && !Name.Contains(Peer.Text, StringComparison.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $" of peer {Peer}");
        if (RemoteAddress is not null)
            text.Append(CultureInfo.InvariantCulture, $" with {RemoteAddress}");
        text.Append(CultureInfo.InvariantCulture, $", open for {Age.TotalSeconds:0.###} s");
        if (IsCollected)
            text.Append(", collected without being disposed");
        if (Use.Memory > 0)
            text.Append(CultureInfo.InvariantCulture, $", holds {Use.Memory} bytes");
        if (OpenedBy.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $", opened by{Environment.NewLine}{OpenedBy}");
        return text.ToString();
    }
}
