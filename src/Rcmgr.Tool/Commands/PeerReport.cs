namespace Rcmgr.Tool.Commands;

/// <summary>Says what a host of so many peers needs, and whether a given host has it.</summary>
internal static class PeerReport
{
    /// <returns>Success when the host has what the plan needs, and no limit must be raised by hand.</returns>
    public static int Write(TextWriter output, PeerPlan plan, HostCapacity host, bool json)
    {
        bool hasMemory = host.Memory >= plan.Memory;
        bool hasFileDescriptors = host.FileDescriptors >= plan.FileDescriptors;
        int exitCode = hasMemory && hasFileDescriptors && plan.ByHand.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        if (json)
        {
            output.WriteLine(LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(plan.Limits), indented: true));
            return exitCode;
        }

        WriteModel(output, plan.Model);
        WriteTotal(output, "memory", plan.Memory, ByteSize.Format(plan.Memory), host.Memory, ByteSize.Format(host.Memory), host.MemorySource, plan.MemoryFor);
        WriteTotal(
            output, "file descriptors", plan.FileDescriptors, $"{plan.FileDescriptors}", host.FileDescriptors, $"{host.FileDescriptors}",
            host.FileDescriptorsSource, null);
        foreach (PeerNeed need in plan.ByHand)
            output.WriteLine($"{need.Key} does not grow with the host: no host has room for {need.Amount} without a limits file");
        output.WriteLine();
        if (exitCode != ExitCode.Success)
            WriteByHand(output, plan, host);
        output.WriteLine("limits to use on the host described above (--format json for a limits file):");
        output.WriteLine();
        LimitsTable.Write(output, plan.Limits);
        return exitCode;
    }

    private static void WriteModel(TextWriter output, PeerModel model)
    {
        output.WriteLine($"{model.Peers} peers with {model.ConnectionsPerPeer} connections and {model.StreamsPerPeer} streams each, "
            + $"{model.InboundPercent} % of them inbound, {model.TransientPercent} % in negotiation at once");
        output.WriteLine($"a connection reserves {ByteSize.Format(model.ConnectionMemory)} and a file descriptor, a stream {ByteSize.Format(model.StreamMemory)}: "
            + $"{model.Connections} connections, {model.Streams} streams, {ByteSize.Format(model.Memory)} in all");
        output.WriteLine("how the streams share protocols and services is not part of this; check their limits below");
        output.WriteLine();
    }

    private static void WriteTotal(
        TextWriter output, string what, long needed, string neededText, long has, string hasText, string source, PeerNeed? reason)
    {
        string because = reason is { } need ? $", because of {need.Key}: {need.Amount}" : "";
        output.WriteLine($"{what}: needs a host with {neededText}{because}; this one has {hasText} ({source}): {(has >= needed ? "enough" : "NOT ENOUGH")}");
    }

    // The scaling leaves seven eighths of the memory to others; whoever runs nothing else on the host may decide otherwise.
    private static void WriteByHand(TextWriter output, PeerPlan plan, HostCapacity host)
    {
        if (plan.Model.Memory > host.Memory / 2)
        {
            output.WriteLine($"this host is too small in any case: the peers alone would reserve {ByteSize.Format(plan.Model.Memory)}");
            output.WriteLine();
            return;
        }

        ResourceManagerLimits scaled = ScalingLimits.DefaultWithServices.AutoScale(host).Limits;
        PeerNeed[] missing = [.. plan.Model.Needs().Where(need => scaled[need.Kind][need.Field] < need.Amount)];
        output.WriteLine("on this host, by hand: a limits file that raises what the scaled limits have no room for,");
        output.WriteLine($"if the host can spare the {ByteSize.Format(plan.Model.Memory)} that the peers may then reserve and has {plan.Model.Connections} file descriptors:");
        output.WriteLine(LimitsJson.ToText(PeerPlan.ToPartial(missing), indented: true));
        output.WriteLine();
    }
}
