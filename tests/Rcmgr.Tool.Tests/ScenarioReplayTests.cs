namespace Rcmgr.Tool.Tests;

/// <summary>Scenarios written by hand, for recorded behaviour that we document to do otherwise and what can follow it.</summary>
public sealed class ScenarioReplayTests
{
    private const string AllowlistedThenFailed = """
        {"op":"openConnection","h":"c1","dir":"in","fd":true,"addr":"/ip4/10.0.0.1/tcp/1","name":"conn-2",
         "d":{"allowlistedSystem":[0,0,1,0,1,0],"allowlistedTransient":[0,0,1,0,1,0],"c1":[0,0,1,0,1,0]}},
        {"op":"beginSpan","h":"x1","on":"c1","name":"conn-2.span-1","d":{"x1":[0,0,0,0,0,0]}},
        {"op":"setPeer","on":"c1","peer":"@1","quirk":"failed_transfer",
         "err":{"class":"resource_limit_exceeded","at":"system","detail":[0,1,0]},
         "d":{"allowlistedSystem":[0,0,0,0,0,0],"allowlistedTransient":[0,0,0,0,0,0]}},
        {"op":"reserveMemory","on":"c1","size":10,"prio":255,"d":{"c1":[0,0,1,0,1,10]}},
        {"op":"reserveMemory","on":"x1","size":5,"prio":255,"d":{"c1":[0,0,1,0,1,15],"x1":[0,0,0,0,0,5]}},
        {"op":"releaseMemory","on":"x1","size":2,"d":{"c1":[0,0,1,0,1,13],"x1":[0,0,0,0,0,3]}},
        {"op":"beginSpan","h":"x2","on":"c1","name":"conn-2.span-2","d":{"x2":[0,0,0,0,0,0]}},
        {"op":"beginSpan","h":"x3","on":"x2","name":"conn-2.span-2.span-1","d":{"x3":[0,0,0,0,0,0]}},
        {"op":"reserveMemory","on":"x3","size":1,"prio":255,"d":{"c1":[0,0,1,0,1,14],"x2":[0,0,0,0,0,1],"x3":[0,0,0,0,0,1]}},
        {"op":"openStream","h":"s1","dir":"in","peer":"@1","name":"stream-1",
         "d":{"peer:@1":[1,0,0,0,0,0],"transient":[1,0,0,0,0,0],"system":[1,0,0,0,0,MEMORY],"s1":[1,0,0,0,0,0]}}
        """;

    [Fact]
    public Task After_a_failed_revocation_the_rest_of_the_recording_still_counts() =>
        AssertPasses(AllowlistedThenFailed.Replace("MEMORY", "0"), """{"op":"done","on":"c1","d":{"c1":[0,0,0,0,0,0]}}""");

    [Fact]
    public async Task After_a_failed_revocation_a_difference_elsewhere_is_still_found()
    {
        ToolRun run = await Replay(AllowlistedThenFailed.Replace("MEMORY", "7"));

        Assert.Contains("system: expected [1, 0, 0, 0, 0, 7], got [1, 0, 0, 0, 0, 0]", run.Output);
        Assert.Equal("0 passed, 1 failed, 0 skipped", run.LastLine);
    }

    [Fact]
    public Task A_second_transition_after_a_failed_revocation_spoils_the_recorded_totals() =>
        AssertPasses(
            AllowlistedThenFailed.Replace("MEMORY", "0"),
            """
            {"op":"setPeer","on":"c1","peer":"@1","d":{"peer:@1":[1,0,1,0,1,14],"c1":[0,0,1,0,1,14]}},
            {"op":"reserveMemory","on":"s1","size":3,"prio":255,"d":{"system":[9,9,9,9,9,9]}},
            {"op":"beginSpan","h":"x4","on":"x3","name":"conn-2.span-2.span-1.span-1","d":{"x4":[0,0,0,0,0,0]}},
            {"op":"done","on":"x4"},
            {"op":"done","on":"c1","d":{"system":[0,0,0,0,0,0]}}
            """);

    [Fact]
    public Task After_an_over_release_only_the_model_counts() =>
        AssertPasses("""
            {"op":"openStream","h":"s1","dir":"in","peer":"@0","name":"stream-1",
             "d":{"peer:@0":[1,0,0,0,0,0],"transient":[1,0,0,0,0,0],"system":[1,0,0,0,0,0],"s1":[1,0,0,0,0,0]}},
            {"op":"beginSpan","h":"x1","on":"s1","name":"stream-1.span-1"},
            {"op":"reserveMemory","on":"s1","size":100,"prio":255,
             "d":{"peer:@0":[1,0,0,0,0,100],"transient":[1,0,0,0,0,100],"system":[1,0,0,0,0,100],"s1":[1,0,0,0,0,100]}},
            {"op":"releaseMemory","on":"x1","size":60,"quirk":"over_release",
             "d":{"peer:@0":[1,0,0,0,0,40],"transient":[1,0,0,0,0,40],"system":[1,0,0,0,0,40],"s1":[1,0,0,0,0,40]}},
            {"op":"setProtocol","on":"s1","proto":"/a","err":{"class":"resource_limit_exceeded","at":"protocol:/a","detail":[0,40,9,255]}},
            {"op":"openStream","dir":"in","peer":"@1","err":{"class":"resource_limit_exceeded","at":"system","detail":[0,1,0]}},
            {"op":"done","on":"s1"},
            {"op":"done","on":"x1"}
            """);

    [Fact]
    public Task An_unmarked_release_of_more_than_there_is_counts_as_one() =>
        AssertPasses("""
            {"op":"openStream","h":"s1","dir":"in","peer":"@0","name":"stream-1",
             "d":{"peer:@0":[1,0,0,0,0,0],"transient":[1,0,0,0,0,0],"system":[1,0,0,0,0,0],"s1":[1,0,0,0,0,0]}},
            {"op":"beginSpan","h":"x1","on":"s1","name":"stream-1.span-1"},
            {"op":"reserveMemory","on":"x1","size":10,"prio":255,
             "d":{"peer:@0":[1,0,0,0,0,10],"transient":[1,0,0,0,0,10],"system":[1,0,0,0,0,10],"s1":[1,0,0,0,0,10],"x1":[0,0,0,0,0,10]}},
            {"op":"releaseMemory","on":"s1","size":10,
             "d":{"peer:@0":[1,0,0,0,0,0],"transient":[1,0,0,0,0,0],"system":[1,0,0,0,0,0],"s1":[1,0,0,0,0,0]}},
            {"op":"reserveMemory","on":"system","size":50,"prio":255,"d":{"system":[1,0,0,0,0,50]}},
            {"op":"done","on":"x1","d":{"system":[1,0,0,0,0,40],"x1":[0,0,0,0,0,0]}}
            """);

    [Fact]
    public Task Negative_sizes_are_argument_errors_whatever_is_recorded() =>
        AssertPasses("""
            {"op":"openStream","h":"s1","dir":"in","peer":"@0","name":"stream-1",
             "d":{"peer:@0":[1,0,0,0,0,0],"transient":[1,0,0,0,0,0],"system":[1,0,0,0,0,0],"s1":[1,0,0,0,0,0]}},
            {"op":"reserveMemory","on":"s1","size":-1,"prio":255,"err":{"class":"negative","at":"stream-1"}},
            {"op":"done","on":"s1","d":{"peer:@0":[0,0,0,0,0,0],"transient":[0,0,0,0,0,0],"system":[0,0,0,0,0,0],"s1":[0,0,0,0,0,0]}},
            {"op":"reserveMemory","on":"s1","size":-1,"prio":255,"err":{"class":"scope_closed","at":"stream-1"}},
            {"op":"releaseMemory","on":"s1","size":-1},
            {"op":"releaseMemory","on":"system","size":-7,"quirk":"negative_release","d":{"system":[0,0,0,0,0,7]}},
            {"op":"setProtocol","on":"s1","proto":"/a","quirk":"set_after_done"}
            """);

    [Fact]
    public Task A_counter_that_wraps_in_the_recording_ends_its_use() =>
        AssertPasses("""
            {"op":"reserveMemory","on":"system","size":9223372036854775807,"prio":0,"d":{"system":[0,0,0,0,0,9223372036854775807]}},
            {"op":"reserveMemory","on":"peer:@0","size":9,"prio":0,"quirk":"memory_wrap","d":{"system":[0,0,0,0,0,-9223372036854775800],"peer:@0":[0,0,0,0,0,9]}},
            {"op":"releaseMemory","on":"peer:@0","size":9,"d":{"system":[0,0,0,0,0,0]}}
            """);

    [Fact]
    public Task A_span_is_found_by_its_handle_although_its_number_differs() =>
        AssertPasses("""
            {"op":"beginSpan","h":"x1","on":"peer:@2","name":"peer:@2.span-1","d":{"peer:@2":[0,0,0,0,0,0],"x1":[0,0,0,0,0,0]}},
            {"op":"done","on":"x1"},
            {"op":"beginSpan","h":"x2","on":"peer:@2","name":"peer:@2.span-2","d":{"x2":[0,0,0,0,0,0]}},
            {"op":"reserveMemory","on":"x2","size":6,"prio":255,
             "err":{"class":"resource_limit_exceeded","at":"peer:@2.span-2","detail":[0,6,5,255]}}
            """);

    [Fact]
    public Task Replaced_limits_hold_for_what_is_opened_afterwards_and_outlive_the_scope() =>
        AssertPasses("""
            {"op":"setLimit","on":"transient","limit":[0,0,0,9,0,9,9,9]},
            {"op":"openConnection","dir":"in","fd":false,"addr":"/ip4/192.0.2.1/tcp/1",
             "err":{"class":"resource_limit_exceeded","at":"transient","detail":[0,1,0]}},
            {"op":"setLimit","on":"peer:@0","limit":[9,9,0,9,9,9,9,9]},
            {"op":"gc","lists":{"peers":[],"protocols":[],"services":[]}},
            {"op":"openStream","dir":"out","peer":"@0","err":{"class":"resource_limit_exceeded","at":"peer:@0","detail":[0,1,0]}}
            """);

    private static async Task AssertPasses(params string[] ops)
    {
        ToolRun run = await Replay(ops);
        Assert.Equal("1 passed, 0 failed, 0 skipped", run.Output.TrimEnd());
    }

    private static async Task<ToolRun> Replay(params string[] ops)
    {
        const string Unlimited = "9223372036854775807";
        string all = $"[{string.Join(',', Enumerable.Repeat(Unlimited, 8))}]";
        string[] sections =
        [
            "Transient", "AllowlistedSystem", "AllowlistedTransient", "ServiceDefault", "ServicePeerDefault",
            "ProtocolDefault", "ProtocolPeerDefault", "PeerDefault", "Conn", "Stream",
        ];
        string noConnections = $"[{string.Join(',', Enumerable.Repeat(Unlimited, 3))},0,0,0,0,{Unlimited}]";
        string limits = $$"""{"System":{{noConnections}},"Peer":{"@2":[9,9,9,9,9,9,9,5]},{{string.Join(',', sections.Select(section => $"\"{section}\":{all}"))}}}""";
        using TemporaryFile file = new($$"""
            {"scenarios":[{"id":1,"profile":"written","limits":{{limits}},
            "peers":["12D3KooWBA9T1vnaKqQR23QUUgEN3EtKp4ZcGmmrVXCYdZviQezT","12D3KooWPpwX89d1a8cvjY8j8kjwiidHEhaKsnPRAzErLXWyEhyV","12D3KooWFghLNDC4WQDSz5ZQvhp8QiHCEAjEPkrWhXGwsu9GyY2g"],
            "allowlist":["/ip4/10.0.0.0/ipcidr/8/p2p/@0"],
            "ops":[{{string.Join(',', ops)}}]}]}
            """);
        return await ToolRun.RunAsync("conformance", file.Path);
    }
}
