using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>One kind of recorded cases.</summary>
internal interface IConformanceSuite
{
    /// <summary>Whether a file with this content holds cases of this kind. File names and unknown header fields do not count.</summary>
    bool Recognises(JsonElement root);

    /// <summary>Runs all cases of a file that <see cref="Recognises"/> accepted, one result for each case.</summary>
    IEnumerable<CaseResult> Run(JsonElement root);
}
