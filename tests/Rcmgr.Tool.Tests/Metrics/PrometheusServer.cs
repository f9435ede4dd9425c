using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rcmgr.Tool.Tests.Metrics;

/// <summary>A real Prometheus that scrapes one address four times a second, with a folder of its own that goes away with it.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _http;
    private readonly Task _draining;

    private PrometheusServer(Process process, DirectoryInfo folder, string endPoint, Task draining)
    {
        _process = process;
        _folder = folder;
        _http = new HttpClient { BaseAddress = new Uri($"http://{endPoint}") };
        _draining = draining;
    }

    /// <summary>Skips the running test, with the reason, when there is no Prometheus.</summary>
    public static void Require() => Assert.SkipWhen(FindProgram() is null, $"There is no Prometheus: {WhyNot()}");

    public static async Task<PrometheusServer> StartAsync(string target, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rcmgr-prometheus-");
        string configuration = Path.Combine(folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: { scrape_interval: 250ms, scrape_timeout: 250ms }
            scrape_configs: [ { job_name: node, static_configs: [ { targets: ["{{target}}"] } ] } ]
            """,
            cancellationToken);
        ProcessStartInfo start = new(FindProgram()!)
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                $"--config.file={configuration}",
                $"--storage.tsdb.path={Path.Combine(folder.FullName, "data")}",
                "--web.listen-address=127.0.0.1:0",
            },
        };
        Process process = Process.Start(start)!;
        string endPoint = await ReadEndPointAsync(process.StandardError, cancellationToken);
        return new PrometheusServer(process, folder, endPoint, process.StandardError.ReadToEndAsync(CancellationToken.None));
    }

    /// <summary>The instant vector of a query: the value of each series under its label <paramref name="label"/>.</summary>
    public async Task<Dictionary<string, double>> QueryAsync(string query, string label, CancellationToken cancellationToken)
    {
        Uri uri = new("/api/v1/query?query=" + Uri.EscapeDataString(query), UriKind.Relative);
        using JsonDocument answer = JsonDocument.Parse(await _http.GetByteArrayAsync(uri, cancellationToken));
        return answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().ToDictionary(
            series => series.GetProperty("metric").TryGetProperty(label, out JsonElement value) ? value.GetString()! : "",
            series => double.Parse(series.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        await _draining;
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<string> ReadEndPointAsync(StreamReader log, CancellationToken cancellationToken)
    {
        while (await log.ReadLineAsync(cancellationToken) is { } line)
        {
            if (ListeningLine().Match(line) is { Success: true } match)
                return match.Groups[1].Value;
        }

        throw new IOException("Prometheus ended before it listened.");
    }

    private static string? FindProgram()
    {
        string? told = Environment.GetEnvironmentVariable("RCMGR_PROMETHEUS");
        if (!string.IsNullOrEmpty(told))
            return told;
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Select(folder => Path.Combine(folder, "prometheus")).FirstOrDefault(File.Exists);
    }

    private static string WhyNot()
    {
        string? told = Environment.GetEnvironmentVariable("RCMGR_PROMETHEUS_UNAVAILABLE");
        return string.IsNullOrEmpty(told) ? "no 'prometheus' on the PATH; ./test looks for the distribution's package" : told;
    }

    [GeneratedRegex("""msg="Listening on" address=(127\.0\.0\.1:\d+)""")]
    private static partial Regex ListeningLine();
}
