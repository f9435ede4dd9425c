using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rcmgr.Tool.Admin;

/// <summary>
/// The node's admin endpoint: its pages over HTTP, on the loopback interface only. Its sockets are outside the resource manager, so that
/// it answers while the node refuses everybody else; Kestrel's own limits keep it small.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private const int MaxConnections = 32;

    private readonly WebApplication _application;

    private AdminServer(WebApplication application, IPEndPoint endPoint)
    {
        _application = application;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens, with the port that the system chose if 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<AdminServer> StartAsync(IPEndPoint endPoint, IReadOnlyList<AdminPage> pages, CancellationToken cancellationToken)
    {
        if (!IPAddress.IsLoopback(endPoint.Address))
            throw new ArgumentException("The admin endpoint listens on the loopback interface only.", nameof(endPoint));

        // The empty builder reads no settings from files or the environment: nothing but our end point is listened on.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(endPoint);
        });

        WebApplication application = builder.Build();
        application.Run(context => AnswerAsync(context, pages));
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new AdminServer(application, new IPEndPoint(endPoint.Address, new Uri(application.Urls.First()).Port));
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, IReadOnlyList<AdminPage> pages)
    {
        HttpResponse response = context.Response;
        AdminPage? page = pages.FirstOrDefault(page => context.Request.Path == page.Path);
        response.StatusCode = Judge(context.Request, page);
        if (page is null || response.StatusCode != StatusCodes.Status200OK)
            return;

        byte[] body;
        try
        {
            body = page.Answer(context.Request.Query);
            response.ContentType = page.ContentType;
        }
        catch (FormatException e)
        {
            body = Encoding.UTF8.GetBytes(e.Message);
            response.StatusCode = StatusCodes.Status400BadRequest;
            response.ContentType = "text/plain; charset=utf-8";
        }

        response.Headers.CacheControl = "no-store";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static int Judge(HttpRequest request, AdminPage? page)
    {
        // A web page that renames itself to our address (DNS rebinding) still sends its own host name.
        if (request.Host.Host != "localhost" && !IPAddress.TryParse(request.Host.Host, out _))
            return StatusCodes.Status403Forbidden;
        if (page is null)
            return StatusCodes.Status404NotFound;
        return HttpMethods.IsGet(request.Method) ? StatusCodes.Status200OK : StatusCodes.Status405MethodNotAllowed;
    }

    /// <summary>Leaves the process's signals to the command line, which drains the node first.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
