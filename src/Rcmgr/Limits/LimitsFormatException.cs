namespace Rcmgr;

/// <summary>What is wrong with a limits text.</summary>
public enum LimitsFormatError
{
    /// <summary>The text is not one JSON value: a mistake, an early end, text that is not Unicode, or more than 64 levels.</summary>
    Syntax,

    /// <summary>A value has the wrong kind: an object, number or word was expected where something else stands.</summary>
    Type,

    /// <summary>A number does not fit into 64 bits, or means something else than it says.</summary>
    Range,

    /// <summary>A key of the <c>Peer</c> section is not a peer id.</summary>
    PeerId,

    /// <summary>A <c>null</c> stands where limits are expected; it has no meaning that two readers agree on.</summary>
    Null,

    /// <summary>The text is longer, or has more entries or problems, than the reader accepts.</summary>
    TooLarge,

    /// <summary>A section or field has a name that does not exist.</summary>
    UnknownName,

    /// <summary>The same thing stands there twice, so that one of the two has no effect.</summary>
    Duplicate,

    /// <summary>A name or value is understood, but other readers or tools may not understand it.</summary>
    Spelling,

    /// <summary>A limit that is never reached, because another one is lower.</summary>
    Contradiction,

    /// <summary>A limit on something that is never charged to such a scope, or never counted for such an address.</summary>
    NoEffect,

    /// <summary>Something that must be there is not.</summary>
    Missing,
}

/// <summary>A limits text cannot be used. The message has one line for each error.</summary>
public sealed class LimitsFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problems">What is wrong; at least one problem.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="problems"/> is empty.</exception>
    public LimitsFormatException(IReadOnlyList<LimitsProblem> problems)
        : base(string.Join(Environment.NewLine, problems))
    {
        ArgumentOutOfRangeException.ThrowIfZero(problems.Count, nameof(problems));
        Problems = problems;
    }

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<LimitsProblem> Problems { get; }

    /// <summary>What is wrong first.</summary>
    public LimitsFormatError Error => Problems[0].Error;

    /// <summary>Where the first problem is, as a JSON path such as <c>$.System.Memory</c>; <c>$</c> is the whole text.</summary>
    public string Path => Problems[0].Path;
}
