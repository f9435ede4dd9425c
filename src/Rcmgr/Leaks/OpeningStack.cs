using System.Diagnostics;

namespace Rcmgr;

/// <summary>The calls that led into this library. Kept as frames; made text when somebody asks.</summary>
internal readonly struct OpeningStack
{
    private const int MaxText = 4096;

    private static readonly string? OwnAssembly = typeof(OpeningStack).Assembly.FullName;

    private readonly StackFrame[]? _frames;

    private OpeningStack(StackFrame[] frames)
    {
        _frames = frames;
    }

    public static OpeningStack Capture(LeakTrackingOptions options)
    {
        if (options.MaxStackFrames == 0)
            return default;
        StackFrame[] frames = new StackTrace(1, options.IncludesLineNumbers).GetFrames();
        int own = 0;
        while (own < frames.Length && DiagnosticMethodInfo.Create(frames[own])?.DeclaringAssemblyName == OwnAssembly)
            own++;
        return new OpeningStack([.. frames.Skip(own).Take(options.MaxStackFrames)]);
    }

    public override string ToString()
    {
        if (_frames is null)
            return string.Empty;
        string text = new StackTrace(_frames).ToString().TrimEnd();
        return text.Length <= MaxText ? text : $"{text[..MaxText]}…";
    }
}
