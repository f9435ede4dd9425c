using System.Globalization;

namespace Rcmgr.Tests.Limits;

public sealed class HostCapacityTests
{
    [Fact]
    public void Detection_finds_finite_positive_numbers_and_says_where_they_are_from()
    {
        HostCapacity capacity = HostCapacity.Detect();

        Assert.InRange(capacity.Memory, 1, long.MaxValue - 1);
        Assert.InRange(capacity.FileDescriptors, 1, long.MaxValue - 1);
        Assert.NotEmpty(capacity.MemorySource);
        Assert.NotEmpty(capacity.FileDescriptorsSource);
    }

    [Fact]
    public void On_Linux_the_descriptors_are_the_soft_limit_that_the_kernel_reports()
    {
        if (!OperatingSystem.IsLinux())
            return;

        string line = File.ReadLines("/proc/self/limits").First(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        string soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];

        Assert.Equal(long.Parse(soft, CultureInfo.InvariantCulture), HostCapacity.Detect().FileDescriptors);
    }

    [Fact]
    public void Auto_scaling_without_a_capacity_takes_the_one_of_this_process()
    {
        AutoScaledLimits scaled = ScalingLimits.Default.AutoScale();

        Assert.Equal(HostCapacity.Detect(), scaled.Capacity);
        Assert.Equal(scaled.Capacity.Memory / 8, scaled.ScaledMemory);
        Assert.Equal(scaled.Capacity.FileDescriptors / 2, scaled.ScaledFileDescriptors);
        Assert.Equal(ScalingLimits.Default.Scale(scaled.ScaledMemory, scaled.ScaledFileDescriptors), scaled.Limits);
    }
}
