using System.CommandLine;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Rcmgr.Tool.Commands;

/// <summary><c>rcmgr explain</c>: asks a running node which scopes an operation would ask, how full they are and which would refuse.</summary>
internal static class ExplainCommand
{
    private const int MaxAnswer = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        Option<IPEndPoint?> admin = new("--admin")
        {
            Description = "The node's admin address.",
            HelpName = "127.0.0.1:PORT",
            Required = true,
            CustomParser = NodeCommand.ParseAdmin,
        };
        Option<string?>[] parts =
        [
            new("--peer") { Description = "Ask about a stream of this peer; without it, about a connection.", HelpName = "PEER-ID" },
            new("--protocol") { Description = "The stream's protocol.", HelpName = "ID" },
            new("--service") { Description = "The stream's service.", HelpName = "NAME" },
            new("--address") { Description = "The connection's remote address.", HelpName = "IP" },
            new("--direction") { Description = "inbound, the default, or outbound.", HelpName = "DIRECTION" },
            new("--fd") { Description = "Whether the connection uses a file descriptor: true, the default, or false.", HelpName = "BOOL" },
        ];
        Option<bool> json = new("--json") { Description = "Print the node's answer as it is." };

        Command command = new("explain", "Ask a node what would become of a stream or a connection. The exit code is 1 when it would be refused.")
        {
            admin, json,
        };
        foreach (Option<string?> part in parts)
            command.Add(part);
        command.SetAction((parsed, cancellationToken) =>
        {
            string query = string.Join('&', parts
                .Select(part => (part.Name, Value: parsed.GetValue(part)))
                .Where(part => part.Value is not null)
                .Select(part => $"{part.Name[2..]}={Uri.EscapeDataString(part.Value!)}"));
            Uri uri = new($"http://{parsed.GetRequiredValue(admin)}/rcmgr/explain?{query}");
            InvocationConfiguration configuration = parsed.InvocationConfiguration;
            return RunAsync(uri, parsed.GetValue(json), configuration.Output, configuration.Error, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(Uri uri, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            using HttpClient http = new() { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswer };
            using HttpResponseMessage response = await http.GetAsync(uri, cancellationToken);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
                return await PrintAsync(body, json, output);
            await error.WriteLineAsync($"The node answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await error.WriteLineAsync($"The node did not answer as it should: {e.Message}");
        }

        return ExitCode.Usage;
    }

    private static async Task<int> PrintAsync(byte[] answer, bool json, TextWriter output)
    {
        using JsonDocument parsed = JsonDocument.Parse(answer);
        await output.WriteLineAsync(json ? Encoding.UTF8.GetString(answer) : ExplainTable.Format(parsed.RootElement));
        return parsed.RootElement.GetProperty("admitted").GetBoolean() ? ExitCode.Success : ExitCode.Failure;
    }
}
