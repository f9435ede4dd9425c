namespace Rcmgr.Tool.Admin;

/// <summary>What the admin endpoint answers at one path; <paramref name="Read"/> may be called by several requests at once.</summary>
internal sealed record AdminPage(string Path, string ContentType, Func<byte[]> Read);
