using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Tests.Identity;

public sealed class NewFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rcmgr-newfile-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void File_takes_a_free_name_and_loses_its_old_one()
    {
        string source = Write("source", "content");
        string path = Path.Combine(_folder.FullName, "name with spaces and ümlauts");
        Assert.True(NewFile.TryMove(source, path));
        Assert.Equal("content", File.ReadAllText(path));
        Assert.False(File.Exists(source));
    }

    [Fact]
    public void Existing_file_is_never_replaced()
    {
        string path = Write("taken", "first");
        Assert.False(NewFile.TryMove(Write("source", "second"), path));
        Assert.Equal("first", File.ReadAllText(path));
    }

    [Fact]
    public void Missing_source_is_an_error() =>
        Assert.Throws<FileNotFoundException>(() => NewFile.TryMove(Path.Combine(_folder.FullName, "none"), Path.Combine(_folder.FullName, "to")));

    [Fact]
    public async Task Exactly_one_of_several_at_once_takes_the_name()
    {
        const int Rivals = 4;
        const int Rounds = 150;
        using var barrier = new Barrier(Rivals);
        int[] winners = new int[Rounds];
        await Task.WhenAll(Enumerable.Range(0, Rivals).Select(rival => Task.Factory.StartNew(
            () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    string source = Write($"{round}-{rival}", "content");
                    barrier.SignalAndWait(TestContext.Current.CancellationToken);
                    if (NewFile.TryMove(source, Path.Combine(_folder.FullName, $"{round}")))
                    {
                        Interlocked.Increment(ref winners[round]);
                    }
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.All(winners, count => Assert.Equal(1, count));
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
