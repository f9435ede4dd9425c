using System.Net;
using System.Text;
using System.Text.Json;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Tests.Admin;

public sealed class AdminJsonTests
{
    private static readonly ResourceLimits Limits = new(1, 2, 3, 4, 5, 6, 7, ResourceLimits.Unlimited);

    private static readonly AdminReport Sample = new(
        [new AdminScope(ScopeKind.ServicePeer, "service:a.peer:\"b\"", new ScopeUsage(11, 12, 13, 14, 15, 16), Limits)],
        [
            new RefusalCount(ScopeKind.System, Resource.Connections, Direction.Inbound, RefusalReason.Limit, 17),
            new RefusalCount(ScopeKind.AllowlistedTransient, Resource.Memory, null, RefusalReason.ScopeClosed, 18),
            new RefusalCount(ScopeKind.Peer, Resource.FileDescriptors, null, RefusalReason.WrongState, 19),
        ],
        new ProcessUse(20, 21, 22));

    [Fact]
    public void A_report_has_the_documented_shape_and_numbers()
    {
        const string Expected = """
            {"scopes":[{"kind":"servicePeer","name":"service:a.peer:\u0022b\u0022",
            "use":{"streamsInbound":11,"streamsOutbound":12,"connsInbound":13,"connsOutbound":14,"fd":15,"memory":16},
            "limit":{"streams":1,"streamsInbound":2,"streamsOutbound":3,"conns":4,"connsInbound":5,"connsOutbound":6,"fd":7,"memory":9223372036854775807}}],
            "refusals":[
            {"scope":"system","resource":"conns","direction":"inbound","reason":"limit","count":17},
            {"scope":"allowlistedTransient","resource":"memory","direction":"","reason":"scopeClosed","count":18},
            {"scope":"peer","resource":"fd","direction":"","reason":"wrongState","count":19}],
            "process":{"residentBytes":20,"managedBytes":21,"openFds":22}}
            """;

        Assert.Equal(Expected.ReplaceLineEndings(""), Encoding.UTF8.GetString(AdminJson.Write(Sample)));
    }

    [Fact]
    public void A_report_reads_back_as_it_was_written()
    {
        AdminReport read = AdminJsonReader.Read(AdminJson.Write(Sample));

        Assert.Equal(Sample.Scopes, read.Scopes);
        Assert.Equal(Sample.Refusals, read.Refusals);
        Assert.Equal(Sample.Process, read.Process);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"scopes":1,"refusals":[],"process":{}}""")]
    [InlineData("""{"scopes":[],"refusals":[{"scope":"moon"}],"process":{}}""")]
    public void What_is_no_report_is_a_format_error(string text) =>
        Assert.Throws<FormatException>(() => AdminJsonReader.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Every_kind_resource_direction_and_reason_has_a_name_that_reads_back()
    {
        Assert.All(Enum.GetValues<ScopeKind>(), kind => Assert.Equal(kind, AdminNames.ParseKind(AdminNames.Of(kind))));
        Assert.All(Enum.GetValues<Resource>(), resource => Assert.Equal(resource, AdminNames.ParseResource(AdminNames.Of(resource))));
        Assert.All(Enum.GetValues<RefusalReason>(), reason => Assert.Equal(reason, AdminNames.ParseReason(AdminNames.Of(reason))));
        Assert.All<Direction?>(
            [Direction.Inbound, Direction.Outbound, null],
            direction => Assert.Equal(direction, AdminNames.ParseDirection(AdminNames.Of(direction))));
    }

    [Fact]
    public void A_managers_use_limits_and_refusals_are_in_its_report()
    {
        ResourceManager manager = new(ResourceManagerLimits.Infinite with { System = ResourceLimits.AllowAll with { ConnectionsInbound = 1 } });
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Loopback);
        Assert.False(manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Loopback, out _, out _));

        using JsonDocument document = JsonDocument.Parse(AdminJson.Write(AdminReport.Of(manager)));
        JsonElement system = document.RootElement.GetProperty("scopes")[0];
        JsonElement refusal = Assert.Single(document.RootElement.GetProperty("refusals").EnumerateArray());

        Assert.Equal("system", system.GetProperty("kind").GetString());
        Assert.Equal(1, system.GetProperty("use").GetProperty("connsInbound").GetInt64());
        Assert.Equal(1, system.GetProperty("use").GetProperty("fd").GetInt64());
        Assert.Equal(1, system.GetProperty("limit").GetProperty("connsInbound").GetInt64());
        Assert.Equal(long.MaxValue, system.GetProperty("limit").GetProperty("conns").GetInt64());
        Assert.Equal("system", refusal.GetProperty("scope").GetString());
        Assert.Equal("conns", refusal.GetProperty("resource").GetString());
        Assert.Equal("inbound", refusal.GetProperty("direction").GetString());
        Assert.Equal("limit", refusal.GetProperty("reason").GetString());
        Assert.Equal(1, refusal.GetProperty("count").GetInt64());
    }
}
