using System.Diagnostics;
using System.Globalization;

namespace Rcmgr;

/// <summary>
/// One field of a partial configuration (specification §4.2): the default, no limit, nothing allowed, or a number.
/// The zero value of the type is <see cref="Default"/>. Immutable.
/// </summary>
public readonly record struct LimitValue
{
    private readonly Form _form;
    private readonly long _number;

    private LimitValue(Form form, long number = 0)
    {
        _form = form;
        _number = number;
    }

    private enum Form : byte
    {
        Default,
        Unlimited,
        BlockAll,
        Number,
    }

    /// <summary>Whatever the defaults say.</summary>
    public static LimitValue Default { get; }

    /// <summary>No limit.</summary>
    public static LimitValue Unlimited { get; } = new(Form.Unlimited);

    /// <summary>Nothing is allowed.</summary>
    public static LimitValue BlockAll { get; } = new(Form.BlockAll);

    /// <summary>Whether this is <see cref="Default"/>.</summary>
    public bool IsDefault => _form == Form.Default;

    /// <summary>Whether this is <see cref="Unlimited"/>.</summary>
    public bool IsUnlimited => _form == Form.Unlimited;

    /// <summary>Whether this is <see cref="BlockAll"/>.</summary>
    public bool IsBlockAll => _form == Form.BlockAll;

    /// <summary>The number of a numeric value, else null.</summary>
    public long? Number => _form == Form.Number ? _number : null;

    /// <summary>A numeric limit; zero is the same as <see cref="BlockAll"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative.</exception>
    public static LimitValue Of(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return Literal(limit);
    }

    /// <summary>
    /// The value that builds to <paramref name="limit"/> against any default: zero becomes <see cref="BlockAll"/> and
    /// <see cref="ResourceLimits.Unlimited"/> becomes <see cref="Unlimited"/>.
    /// </summary>
    public static LimitValue FromConcrete(long limit) => limit switch
    {
        ResourceLimits.Unlimited => Unlimited,
        // As text these two would read back as the words they alias; like every negative limit they block everything.
        -1 or -2 => BlockAll,
        _ => Literal(limit),
    };

    /// <summary>The concrete limit, given the default for this field.</summary>
    public long Build(long defaultLimit) => _form switch
    {
        Form.Default => defaultLimit,
        Form.Unlimited => ResourceLimits.Unlimited,
        Form.BlockAll => 0,
        Form.Number => _number,
        _ => throw new UnreachableException(),
    };

    /// <summary>This value, or <paramref name="other"/> where this one is <see cref="Default"/>.</summary>
    public LimitValue Apply(LimitValue other) => IsDefault ? other : this;

    /// <summary>The word or the number as the JSON form spells it.</summary>
    public override string ToString() => _form switch
    {
        Form.Default => "default",
        Form.Unlimited => "unlimited",
        Form.BlockAll => "blockAll",
        _ => _number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A number as a configuration text may hold it; the format does not forbid negative ones.</summary>
    internal static LimitValue Literal(long limit) => limit == 0 ? BlockAll : new LimitValue(Form.Number, limit);
}
