using Microsoft.AspNetCore.Http;

namespace Rcmgr.Tool.Admin;

/// <summary>
/// What the admin endpoint answers at one path; <paramref name="Answer"/> may be called by several requests at once. A
/// <see cref="FormatException"/> of it says what is wrong with the query.
/// </summary>
internal sealed record AdminPage(string Path, string ContentType, Func<IQueryCollection, byte[]> Answer)
{
    public AdminPage(string path, string contentType, Func<byte[]> read)
        : this(path, contentType, _ => read())
    {
    }
}
