namespace Rcmgr.Libp2p.Identity;

/// <summary>A host's key file exists but cannot be used; it was left as it is.</summary>
public sealed class IdentityFileException : Exception
{
    /// <summary>Creates the error for the file at <paramref name="path"/>; <paramref name="reason"/> says what is wrong with it.</summary>
    public IdentityFileException(string path, string reason)
        : base($"The identity file '{path}' cannot be used: {reason}") => Path = path;

    /// <summary>The file in question.</summary>
    public string Path { get; }
}
