using System.Globalization;

namespace Rcmgr.Tool.Commands;

/// <summary>One number of the limits, and where it comes from.</summary>
/// <param name="Key">Its key in a limits file.</param>
/// <param name="Value">The limit.</param>
/// <param name="Origin">What kind of place it comes from: <c>file</c>, <c>class</c>, <c>scaled</c> or <c>fixed</c>.</param>
/// <param name="Reason">Where it comes from, in words.</param>
internal sealed record ExplainedLimit(string Key, long Value, string Origin, string Reason);

/// <summary>Limits together with everything that they are derived from.</summary>
internal sealed class LimitsExplanation
{
    private readonly ScalingLimits _scaling;
    private readonly PartialResourceManagerLimits _written;
    private readonly string? _file;

    public LimitsExplanation(ScalingLimits scaling, AutoScaledLimits scaled, PartialResourceManagerLimits written, string? file)
    {
        _scaling = scaling;
        _written = written;
        _file = file;
        Scaled = scaled;
        Limits = written.Build(scaled.Limits);
    }

    /// <summary>The defaults, and the host that they are scaled to.</summary>
    public AutoScaledLimits Scaled { get; }

    /// <summary>The limits that apply.</summary>
    public ResourceManagerLimits Limits { get; }

    public IEnumerable<ExplainedLimit> Explain() =>
        from entry in Limits.Entries()
        from field in LimitFields.All
        select Explain(entry.Kind, entry.Name, field, entry.Value[field]);

    private ExplainedLimit Explain(ScopeKind kind, string? name, LimitField field, long value)
    {
        string key = $"{LimitSection.Key(kind, name)}.{field.Name()}";
        ScalingLimit? scaling = _scaling.Find(kind, name);
        if (_written.Find(kind, name) is { } written && written[field] is { IsDefault: false } given)
            return new ExplainedLimit(key, value, "file", $"{_file} says {given} {Instead(scaling, kind, name, field)}");
        return scaling is null
            ? new ExplainedLimit(key, value, "class", $"the same as {LimitSection.Key(kind, null)}.{field.Name()}")
            : Derive(key, value, Effective(scaling, kind), field);
    }

    private ExplainedLimit Derive(string key, long value, ScalingLimit scaling, LimitField field)
    {
        long start = scaling.Base[field];
        if (field == LimitField.FD && scaling.Increase.FileDescriptorFraction > 0)
        {
            double fraction = scaling.Increase.FileDescriptorFraction;
            return new ExplainedLimit(key, value, "scaled", Text(
                $"the larger of base {start} and {fraction} x {Scaled.ScaledFileDescriptors} file descriptors, rounded down"));
        }

        long increase = scaling.Increase[field];
        if (increase == 0)
            return new ExplainedLimit(key, value, "fixed", Text($"base {start} on hosts of every size"));

        long mebibytes = ScalingLimit.Mebibytes(Scaled.ScaledMemory);
        return new ExplainedLimit(key, value, "scaled", mebibytes == 0
            ? Text($"base {start}; + {increase} per GiB only from 129 MiB of scaled memory on")
            : Text($"base {start} + {increase} per GiB x {mebibytes} MiB / 1024 = {value - start}, rounded down"));
    }

    private string Instead(ScalingLimit? scaling, ScopeKind kind, string? name, LimitField field) => scaling is null
        ? $"instead of the {LimitSection.Key(kind, null)}.{field.Name()} of {LimitChange.Text(Limits[kind][field])}"
        : $"instead of {LimitChange.Text(Scaled.Limits[kind, name][field])}";

    // Scaling treats the class of streams in its own way; see there.
    private ScalingLimit Effective(ScalingLimit scaling, ScopeKind kind) =>
        kind == ScopeKind.Stream ? scaling with { Increase = _scaling.Connection.Increase } : scaling;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
