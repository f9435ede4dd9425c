using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Rcmgr.Tool.Admin;

/// <summary>
/// One meter's observable instruments in the Prometheus text format 0.0.4, read when asked and not before. Safe to use from several
/// threads: one collects, the others wait.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    public PrometheusExporter(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter) && instrument.IsObservable)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Collects, and adds what the system says of this process under the names that Prometheus's own clients use.</summary>
    public string Collect(ProcessUse process)
    {
        lock (_gate)
        {
            _families.Clear();
            _listener.RecordObservableInstruments();
            StringBuilder text = new();
            foreach ((string name, Family family) in _families)
                Write(text, name, family.Type, family.Help, family.Samples);
            Write(text, "process_open_fds", "gauge", "Open file descriptors.", [("", process.OpenFileDescriptors)]);
            Write(text, "process_resident_memory_bytes", "gauge", "Physical memory of the process.", [("", process.ResidentBytes)]);
            return text.ToString();
        }
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_families.TryGetValue(instrument.Name, out Family? family))
        {
            string type = instrument is ObservableCounter<long> or ObservableCounter<double> ? "counter" : "gauge";
            _families.Add(instrument.Name, family = new Family(type, instrument.Description ?? "", []));
        }

        family.Samples.Add((Labels(tags), value));
    }

    private static void Write(StringBuilder text, string name, string type, string help, List<(string Labels, double Value)> samples)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(help)}\n# TYPE {name} {type}\n");
        foreach ((string labels, double value) in samples)
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        StringBuilder labels = new("{");
        foreach ((string key, object? value) in tags)
        {
            if (labels.Length > 1)
                labels.Append(',');
            labels.Append(CultureInfo.InvariantCulture, $"{key}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        return labels.Append('}').ToString();
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed record Family(string Type, string Help, List<(string Labels, double Value)> Samples);
}
