using System.Text;
using System.Threading.Channels;

namespace Rcmgr.Tool.Tests.Node;

/// <summary>A writer whose lines a test can wait for.</summary>
internal sealed class LineChannel : TextWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => _lines.Writer.TryWrite(value ?? "");

    public override void Write(char value) => throw new NotSupportedException("Whole lines only.");

    public ValueTask<string> ReadAsync() => _lines.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>The next line that contains <paramref name="text"/>.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        while (true)
        {
            string line = await ReadAsync();
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        }
    }
}
