namespace Rcmgr;

/// <summary>
/// What makes two waiting operations alike: while one is refused, the other would be. Of a connection, whether it costs a file descriptor
/// and may use the allowlist; of a stream its peer; of memory the scope, where those that ask later do not overtake.
/// </summary>
internal readonly record struct WaitShape(WaitKind Kind, object? Subject = null, bool UsesFileDescriptor = false, bool MayUseAllowlist = false)
{
    /// <summary>The shape of all operations that <paramref name="refusal"/> concerns as well.</summary>
    public WaitShape WidenedBy(in Refusal refusal) =>
        Kind == WaitKind.Stream && refusal.ScopeKind != ScopeKind.Peer ? new WaitShape(WaitKind.Stream) : this;

    /// <summary>Whether this or all of its kind are among <paramref name="blocked"/>.</summary>
    public bool IsIn(HashSet<WaitShape> blocked) =>
        blocked.Contains(this) || (Kind == WaitKind.Stream && blocked.Contains(new WaitShape(WaitKind.Stream)));
}
