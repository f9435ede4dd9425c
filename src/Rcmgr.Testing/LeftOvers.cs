using System.Globalization;
using System.Text;

namespace Rcmgr.Testing;

/// <summary>What is left in a manager, in words.</summary>
internal sealed class LeftOvers
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public bool IsEmpty => _text.Length == 0;

    public void AddScopes(IReadOnlyList<ScopeLeak> open)
    {
        foreach (ScopeLeak leak in open)
            Add(leak.ToString());
    }

    /// <summary>What the roots hold: everything is charged to one of the two systems.</summary>
    public void AddUse(ResourceScope root, ScopeUsage before)
    {
        ScopeUsage use = root.Usage;
        Add(root, "inbound connections", use.ConnectionsInbound - before.ConnectionsInbound);
        Add(root, "outbound connections", use.ConnectionsOutbound - before.ConnectionsOutbound);
        Add(root, "inbound streams", use.StreamsInbound - before.StreamsInbound);
        Add(root, "outbound streams", use.StreamsOutbound - before.StreamsOutbound);
        Add(root, "file descriptors", use.FileDescriptors - before.FileDescriptors);
        Add(root, "bytes of memory", use.Memory - before.Memory);
    }

    public void AddFaults(long faults)
    {
        if (faults > 0)
            Add(string.Create(CultureInfo.InvariantCulture, $"{faults} releases of something that was not held"));
    }

    private void Add(ResourceScope root, string what, long amount)
    {
        if (amount > 0)
            Add(string.Create(CultureInfo.InvariantCulture, $"{amount} {what} in the scope {root.Name}"));
    }

    private void Add(string line) => _text.Append(CultureInfo.InvariantCulture, $"{Environment.NewLine}- {line}");
}
