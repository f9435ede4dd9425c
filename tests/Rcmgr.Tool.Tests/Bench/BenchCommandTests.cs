using System.Text.Json;

namespace Rcmgr.Tool.Tests.Bench;

public sealed class BenchCommandTests
{
    [Fact]
    public async Task Json_holds_every_row_with_its_samples_of_both_variants()
    {
        ToolRun run = await ToolRun.RunAsync(
            "bench", "net", "--seconds", "0.01", "--bytes", "262144", "--streams", "2", "--repetitions", "2", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.True(json.RootElement.GetProperty("calibration").GetProperty("nanosecondsBefore").GetDouble() > 0);
        Assert.Equal(0, json.RootElement.GetProperty("refusals").GetInt64());
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Equal(6, rows.Count(row => row.GetProperty("security").GetString() == "noise"));
        Assert.Equal(6, rows.Count(row => row.GetProperty("security").GetString() == "tls"));
        Assert.All(rows, row =>
        {
            Assert.True(row.GetProperty("rateRatio").GetProperty("median").GetDouble() > 0);
            Assert.True(row.GetProperty("costRatio").GetProperty("low").GetDouble() > 0);
            Assert.Equal(4, row.GetProperty("with").GetProperty("samples").GetArrayLength());
            Assert.True(row.GetProperty("without").GetProperty("min").GetDouble() > 0);
        });
    }

    [Fact]
    public async Task The_machines_floor_is_measured_without_any_row()
    {
        ToolRun run = await ToolRun.RunAsync(
            "bench", "net", "--seconds", "0.01", "--bytes", "1048576", "--security", "noise", "--only", "nothing", "--floor", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Empty(json.RootElement.GetProperty("rows").EnumerateArray());
        JsonElement[] floor = [.. json.RootElement.GetProperty("floor").EnumerateArray()];
        Assert.Equal(8, floor.Length);
        Assert.All(floor, row => Assert.True(row.GetProperty("rate").GetDouble() > 0 && row.GetProperty("cost").GetDouble() > 0));
    }

    [Fact]
    public async Task Json_of_quic_holds_every_engine_of_this_machine_and_tcp_with_noise()
    {
        QuicAvailability.Require();

        ToolRun run = await ToolRun.RunAsync(
            "bench", "quic", "--seconds", "0.01", "--bytes", "262144", "--streams", "2", "--repetitions", "1", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Equal(0, json.RootElement.GetProperty("refusals").GetInt64());
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        foreach ((string transport, string security) in (IEnumerable<(string, string)>)[("ngtcp2", "tls"), ("tcp", "noise")])
        {
            Assert.Equal(6, rows.Count(row =>
                row.GetProperty("transport").GetString() == transport && row.GetProperty("security").GetString() == security));
        }

        Assert.All(rows, row => Assert.True(row.GetProperty("with").GetProperty("min").GetDouble() > 0));
    }

    [Fact]
    public async Task Json_of_the_manager_holds_every_operation_on_each_number_of_threads_in_both_modes()
    {
        ToolRun run = await ToolRun.RunAsync("bench", "--repetitions", "1", "--work", "0.002", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.True(json.RootElement.GetProperty("calibrationNs").GetDouble() > 0);
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        foreach (string name in (string[])["connection", "stream", "memory", "span", "refusal"])
        {
            Assert.Equal(
                ["relaxed 1", "relaxed 2", "relaxed 8", "strict 1", "strict 2", "strict 8"],
                rows.Where(row => row.GetProperty("name").GetString() == name)
                    .Select(row => $"{row.GetProperty("mode").GetString()} {row.GetProperty("threads").GetInt32()}"));
        }

        Assert.Equal(3, rows.Count(row => row.GetProperty("name").GetString() == "calibration"));
        Assert.All(rows, row => Assert.True(row.GetProperty("ns").GetDouble() > 0));
        Assert.All(rows, row => Assert.True(row.GetProperty("allocBytes").GetDouble() >= 0 && row.GetProperty("allocs").GetDouble() >= 0));

        // Other tests of this process use the heap meanwhile.
        JsonElement sizes = json.RootElement.GetProperty("sizes");
        Assert.All(
            (string[])["connection", "stream", "peer", "peerConnStream"],
            name => Assert.Equal(JsonValueKind.Number, sizes.GetProperty(name).ValueKind));
        Assert.True(json.RootElement.GetProperty("tail")[0].GetProperty("p999Ns").GetDouble() > 0);
    }

    [Theory]
    [InlineData("--repetitions", "0")]
    [InlineData("--work", "-1")]
    public async Task Amounts_of_single_operations_that_measure_nothing_are_wrong_usage(string option, string value)
    {
        ToolRun run = await ToolRun.RunAsync("bench", option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }

    [Theory]
    [InlineData("--idle", "0")]
    [InlineData("--idle", "many")]
    [InlineData("--engine", "none")]
    [InlineData("--repetitions", "0")]
    public async Task Amounts_and_engines_of_quic_that_there_are_not_are_wrong_usage(string option, string value)
    {
        ToolRun run = await ToolRun.RunAsync("bench", "quic", option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "NaN")]
    [InlineData("--bytes", "-1")]
    [InlineData("--streams", "none")]
    [InlineData("--repetitions", "0")]
    [InlineData("--patience", "0")]
    [InlineData("--security", "plaintext")]
    public async Task Amounts_that_measure_nothing_are_wrong_usage(string option, string value)
    {
        ToolRun run = await ToolRun.RunAsync("bench", "net", option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }
}
