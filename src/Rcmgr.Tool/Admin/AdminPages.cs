using System.Text;

namespace Rcmgr.Tool.Admin;

/// <summary>The pages of a node's admin endpoint: <c>/rcmgr</c> for people and scripts, <c>/metrics</c> for Prometheus.</summary>
internal sealed class AdminPages : IDisposable
{
    private readonly PrometheusExporter _exporter;

    public AdminPages(ResourceManager manager)
    {
        _exporter = new PrometheusExporter(manager.Meter);
        All =
        [
            new AdminPage("/rcmgr", "application/json", () => AdminJson.Write(AdminReport.Of(manager))),
            new AdminPage("/rcmgr/explain", "application/json", query => ExplanationJson.Write(manager.Explain(ExplainQuery.Read(query)))),
            new AdminPage("/metrics", PrometheusExporter.ContentType, () => Encoding.UTF8.GetBytes(_exporter.Collect(ProcessUse.Measure()))),
        ];
    }

    public IReadOnlyList<AdminPage> All { get; }

    public void Dispose() => _exporter.Dispose();
}
