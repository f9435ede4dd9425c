using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rcmgr.Hosting.Tests.Examples;

public sealed class HostingExample
{
    [Fact]
    public void A_hosted_application_has_a_manager()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddResourceManager(builder.Configuration.GetSection("ResourceManager"));
        using IHost host = builder.Build();
        ResourceManager manager = host.Services.GetRequiredService<ResourceManager>();

        Assert.Equal(ScalingLimits.DefaultWithServices.AutoScale().Limits, manager.Limits);
    }
}
