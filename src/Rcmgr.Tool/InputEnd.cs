namespace Rcmgr.Tool;

/// <summary>The end of this process's standard input as a wish to stop.</summary>
internal static class InputEnd
{
    /// <summary>
    /// A source that is cancelled with <paramref name="token"/>, when the input ends, or after <paramref name="limit"/>. What the input
    /// says does not matter, but <paramref name="onLine"/> is told of each of its lines.
    /// </summary>
    public static CancellationTokenSource CancelWith(CancellationToken token, TimeSpan? limit = null, Action? onLine = null)
    {
        CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(token);
        if (limit is TimeSpan most)
            source.CancelAfter(most);

        // A thread of its own, because reading the console's input blocks and cannot be cancelled.
        Thread reader = new(() => ReadToEnd(source, onLine)) { IsBackground = true, Name = "input" };
        reader.Start();
        return source;
    }

    private static void ReadToEnd(CancellationTokenSource source, Action? onLine)
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            Span<byte> dropped = stackalloc byte[256];
            int length;
            while ((length = input.Read(dropped)) > 0)
            {
                for (int lines = dropped[..length].Count((byte)'\n'); lines > 0; lines--)
                    onLine?.Invoke();
            }
        }
        catch (IOException)
        {
            // An input that cannot be read has ended too.
        }

        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Whoever waited has stopped already.
        }
    }
}
