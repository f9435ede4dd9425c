using System.Net;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Tests.Admin;

public sealed class AdminServerTests
{
    private static readonly IReadOnlyList<AdminPage> Pages =
        [new AdminPage("/rcmgr", "application/json", () => AdminJson.Write(new AdminReport([], [], default)))];

    [Fact]
    public async Task It_answers_the_report_and_nothing_else()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using AdminServer server = await AdminServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), Pages, ct);
        using HttpClient http = new() { BaseAddress = new Uri($"http://{server.EndPoint}") };

        using HttpResponseMessage report = await http.GetAsync(new Uri("/rcmgr", UriKind.Relative), ct);
        Assert.Equal(HttpStatusCode.OK, report.StatusCode);
        Assert.Equal("application/json", report.Content.Headers.ContentType?.MediaType);
        Assert.Empty(AdminJsonReader.Read(await report.Content.ReadAsByteArrayAsync(ct)).Scopes);

        using HttpResponseMessage other = await http.GetAsync(new Uri("/", UriKind.Relative), ct);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using HttpResponseMessage post = await http.PostAsync(new Uri("/rcmgr", UriKind.Relative), content: null, ct);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task A_page_that_renamed_itself_to_this_machine_gets_no_answer()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using AdminServer server = await AdminServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), Pages, ct);
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"http://{server.EndPoint}/rcmgr"));
        request.Headers.Host = "page.example";

        using HttpResponseMessage response = await http.SendAsync(request, ct);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task It_refuses_to_listen_beyond_this_machine() =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            AdminServer.StartAsync(new IPEndPoint(IPAddress.Any, 0), Pages, TestContext.Current.CancellationToken));
}
