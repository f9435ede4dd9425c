namespace Rcmgr.Tool.Conformance.Model;

/// <summary>How one operation ends: in the reference model, and in the manager when it is held against the model.</summary>
/// <param name="Class">The class of the error in the words of the recorded files; null for success.</param>
/// <param name="At">The scope that refused: a handle, or the name of a shared scope.</param>
/// <param name="Limit">The name of the limit that refused, as in the limits file.</param>
/// <param name="Detail">Current, attempted and limit, then the priority for memory.</param>
internal sealed record ModelOutcome(string? Class, string? At = null, string? Limit = null, string? Detail = null)
{
    public static readonly ModelOutcome Ok = new((string?)null);

    public static readonly ModelOutcome Negative = new("negative");

    public bool IsOk => Class is null;

    /// <summary>Refused only because a counter without a limit would leave 63 bits.</summary>
    public bool IsWrap { get; init; }

    public static ModelOutcome Closed(string at) => new("scope_closed", at);

    public static ModelOutcome AlreadyAttached(string at) => new("already_attached", at);

    public static ModelOutcome NotAttached(string at) => new("not_attached", at);
}
