using System.Diagnostics.CodeAnalysis;

namespace Rcmgr;

/// <summary>
/// One account of the manager: what it holds, and the limits that it is held to (specification §1.1). Reserve before you
/// allocate; dispose what was opened. All members are safe to use from several threads.
/// </summary>
public abstract partial class ResourceScope
{
    internal ResourceScope(Shard shard)
    {
        Shard = shard;
    }

    /// <summary>The class of this scope.</summary>
    public abstract ScopeKind Kind { get; }

    /// <summary>The name of this scope, such as <c>stream-7</c> or <c>peer:12D3KooW…</c>. Formats on each call.</summary>
    public string Name => ScopeNaming.Name(Kind, NameSubject, NamePeer);

    /// <summary>What this scope holds now; all zero once it is closed.</summary>
    public ScopeUsage Usage => Engine.ReadUsage(this);

    /// <summary>
    /// The limits in force. Setting them takes effect with the next reservation and never takes anything away from a holder:
    /// while more is in use than the new limits allow, the scope refuses. Limits set on a peer, protocol or service stay in
    /// force for that key, also while no such scope exists (specification §1.5, §4.1). Limits that were set here stay when the
    /// manager gets new ones; a scope without its own is held to the manager's, always to the newest.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public ResourceLimits Limits
    {
        get => Engine.ReadLimits(this);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Engine.SetLimits(this, value);
        }
    }

    internal AccountingEngine Engine => Shard.Engine;

    /// <summary>
    /// Whose gate guards the mutable state of this scope. Only a connection's changes, when it gets its peer: read it, enter
    /// the gate, read it again. A span's is its owner's.
    /// </summary>
    internal Shard Shard;

    /// <summary>The limits that the scope was given; null for those that the manager's limits say.</summary>
    internal ResourceLimits? GivenLimits;

    internal ResourceLimits CurrentLimits => GivenLimits ?? ConfiguredLimits;

    /// <summary>What the manager's limits say about this scope.</summary>
    internal abstract ResourceLimits ConfiguredLimits { get; }

    /// <summary>The memory held, including that of the scope's spans. A wide scope's belongs to the accounting policy.</summary>
    internal long Memory;

    /// <summary>Spans begun on this scope so far; numbers the next one.</summary>
    internal int SpansBegun;

    /// <summary>Nothing is charged to a closed scope. Set under the gate.</summary>
    internal bool IsClosed;

    /// <summary>What the scope holds. Read under the gate; a wide scope's is not here.</summary>
    internal abstract UsageVector Held { get; }

    internal virtual object? NameSubject => this;

    internal virtual PeerKey? NamePeer => null;

    /// <summary>
    /// Reserves memory in this scope and in every scope above it, all or nothing (specification §2.2). Neither throws nor
    /// allocates on refusal.
    /// </summary>
    /// <param name="size">Bytes. Zero only asks whether the scopes are within their limits.</param>
    /// <param name="priority">How full a scope may get with this reservation; see <see cref="MemoryPriority"/>.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    public bool TryReserveMemory(long size, byte priority, out Refusal refusal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return Engine.TryReserveMemory(this, size, priority, out refusal);
    }

    /// <summary>Reserves memory as <see cref="TryReserveMemory"/> does, or throws.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="priority">How full a scope may get with this reservation; see <see cref="MemoryPriority"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    /// <exception cref="ResourceLimitExceededException">A limit would be exceeded.</exception>
    /// <exception cref="ScopeClosedException">The scope, or the owner of the span, is closed.</exception>
    public void ReserveMemory(long size, byte priority = MemoryPriority.Always)
    {
        if (!TryReserveMemory(size, priority, out Refusal refusal))
            throw refusal.ToException();
    }

    /// <summary>
    /// Gives memory back to this scope and to every scope above it. A closed scope has given back everything already: then
    /// nothing happens. Never takes more than the scope holds: a surplus is left alone and counted in
    /// <see cref="ResourceManager.AccountingFaults"/> (specification §2.4).
    /// </summary>
    /// <param name="size">Bytes.</param>
    /// <returns>False when the scope held less than <paramref name="size"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    public bool ReleaseMemory(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return Engine.ReleaseMemory(this, size);
    }

    /// <summary>
    /// Begins a span: a sub-account of this scope that is released as a whole (specification §1.3). A span may outlive its
    /// owner, which has then given back the span's share as well: the span refuses everything and nothing is charged for it, but
    /// its own <see cref="Usage"/> still shows what it had.
    /// </summary>
    /// <param name="span">The span; dispose it to release all that it holds.</param>
    /// <param name="refusal">Why there is none: this scope is closed.</param>
    public bool TryBeginSpan([NotNullWhen(true)] out SpanScope? span, out Refusal refusal)
    {
        span = Engine.TryBeginSpan(this, out refusal);
        return span is not null;
    }

    /// <summary>Begins a span as <see cref="TryBeginSpan"/> does, or throws.</summary>
    /// <exception cref="ScopeClosedException">The scope is closed.</exception>
    public SpanScope BeginSpan() => TryBeginSpan(out SpanScope? span, out Refusal refusal) ? span : throw refusal.ToException();

    /// <summary>Returns <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
