using System.Globalization;
using Microsoft.Coyote;
using Microsoft.Coyote.SystematicTesting;
using Rcmgr;
using Rcmgr.Exploration;
using Rcmgr.Tests.Accounting;

// Explores interleavings of short concurrent programs over the accounting: some order of the operations must explain every outcome and
// the final state. Programs come from a printed seed; --programs and --schedules say how much is explored, for runs of hours by hand.
int programs = Number("--programs", 40);
int schedules = Number("--schedules", 20);
int seed = Number("--seed", Random.Shared.Next());
Console.WriteLine($"seed {seed}: {programs} programs, {schedules} schedules each");

int failures = 0;
ResourceManager Shipped(ResourceManagerLimits limits) => Create<ParkedCreditAccounting>(limits, shards: 2);
ResourceManager Single(ResourceManagerLimits limits) => Create<SingleGateAccounting>(limits, shards: 1);
ResourceManager Faulty(ResourceManagerLimits limits) => Create<FaultyAccounting>(limits, shards: 2);

JudgeClean("the shipped accounting explains every schedule", Explore(Shipped, programs));
JudgeClean("the accounting with one gate explains every schedule", Explore(Single, programs / 4));
foreach (Fault fault in (Fault[])[Fault.RefusesBeforeSettling, Fault.StrictBeforeSettled, Fault.ParksWhileStrict])
{
    FaultyAccounting.Planted = fault;
    Judge($"the planted fault {fault} is found", Explore(Faulty, 20 * programs) is not null);
}

Gate.Works = false;
Judge("missing gates are found", Explore(Single, 20 * programs) is not null);
return failures;

static ResourceManager Create<TWide>(ResourceManagerLimits limits, int shards)
    where TWide : struct, IWideAccounting
{
    Allowlist allowlist = new();
    return new ResourceManager(new AccountingEngine<TWide>(limits, allowlist, shards), allowlist);
}

// What was found first, or null.
string? Explore(Func<ResourceManagerLimits, ResourceManager> create, int count)
{
    Random random = new(seed);
    for (int i = 0; i < count; i++)
    {
        int[] left = RandomProgram(random);
        int[] right = RandomProgram(random);
        Configuration configuration = Configuration.Create()
            .WithTestingIterations((uint)schedules)
            .WithRandomGeneratorSeed((uint)random.Next())
            .WithVerbosityEnabled(Microsoft.Coyote.Logging.VerbosityLevel.None)
            .WithTelemetryEnabled(false);
        using TestingEngine engine = TestingEngine.Create(configuration, () => CheckAsync(create, left, right));
        engine.Run();
        if (engine.TestReport.NumOfFoundBugs > 0)
            return engine.TestReport.BugReports.First();
    }

    return null;
}

static async Task CheckAsync(Func<ResourceManagerLimits, ResourceManager> create, int[] left, int[] right)
{
    SmallHistory history = await SmallHistory.RunAsync(create, left, right, (first, second) => Task.WhenAll((Task[])[Task.Run(first), Task.Run(second)]));
    Assert.True(history.IsExplained(), $"no order explains {history}");
}

static int[] RandomProgram(Random random) =>
    [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(SmallHistory.Operations))];

void JudgeClean(string what, string? found)
{
    Judge(what, found is null);
    if (found is not null)
        Console.WriteLine(found);
}

void Judge(string what, bool holds)
{
    Console.WriteLine($"{(holds ? "ok" : "FAILED")}: {what}");
    failures += holds ? 0 : 1;
}

int Number(string option, int otherwise)
{
    int at = Array.IndexOf(args, option);
    return at >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
