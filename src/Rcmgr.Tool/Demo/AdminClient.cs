using System.Net;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Demo;

/// <summary>Asks a node's admin endpoint how it is.</summary>
internal sealed class AdminClient(IPEndPoint endPoint) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2), MaxResponseContentBufferSize = 16 * 1024 * 1024 };
    private readonly Uri _uri = new($"http://{endPoint}/rcmgr");

    /// <summary>The node's report, or null when it did not answer in time.</summary>
    public async Task<AdminReport?> TryGetAsync(CancellationToken cancellationToken)
    {
        try
        {
            return AdminJsonReader.Read(await _http.GetByteArrayAsync(_uri, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or FormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
