namespace Rcmgr;

/// <summary>Which limit an operation would have broken; becomes a <see cref="Refusal"/> once the scope is named.</summary>
internal struct Violation
{
    public long Requested;
    public long Current;
    public long Limit;
    public Resource Resource;
    public Direction? Direction;
    public byte Priority;
}
