namespace Rcmgr.Tool.Tests;

/// <summary>A file that exists as long as the test needs it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string content) => File.WriteAllText(Path, content);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"rcmgr-{Guid.NewGuid():N}.test");

    public void Dispose() => File.Delete(Path);
}
