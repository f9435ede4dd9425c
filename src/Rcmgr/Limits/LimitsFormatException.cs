namespace Rcmgr;

/// <summary>What is wrong with a limits text.</summary>
public enum LimitsFormatError
{
    /// <summary>The text is not JSON: a mistake, an early end, text that is not Unicode, or more than 64 levels.</summary>
    Syntax,

    /// <summary>A value has the wrong kind: an object, number or word was expected where something else stands.</summary>
    Type,

    /// <summary>A number does not fit into 64 bits.</summary>
    Range,

    /// <summary>A key of the <c>Peer</c> section is not a peer id.</summary>
    PeerId,

    /// <summary>A <c>null</c> stands where limits are expected; it has no meaning that two readers agree on.</summary>
    Null,

    /// <summary>The text is longer than the reader accepts.</summary>
    TooLarge,
}

/// <summary>A limits text cannot be read.</summary>
public sealed class LimitsFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">What is wrong.</param>
    /// <param name="path">Where in the text, as a JSON path such as <c>$.System.Memory</c>.</param>
    /// <param name="reason">What is wrong there, in words for the user.</param>
    /// <param name="innerException">The cause, if another exception reports it.</param>
    public LimitsFormatException(LimitsFormatError error, string path, string reason, Exception? innerException = null)
        : base($"{path}: {reason}", innerException)
    {
        Error = error;
        Path = path;
    }

    /// <summary>What is wrong.</summary>
    public LimitsFormatError Error { get; }

    /// <summary>Where in the text, as a JSON path such as <c>$.System.Memory</c>; <c>$</c> is the whole text.</summary>
    public string Path { get; }
}
