namespace Rcmgr.Hosting.Tests;

/// <summary>A folder that exists as long as the test needs it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("rcmgr-hosting-").FullName;

    public string File(string name) => Path.Combine(_path, name);

    public string Write(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
