using System.Runtime.InteropServices;
using System.Text;

namespace Rcmgr.Libp2p.Identity;

/// <summary>Gives a finished file its final name, unless that name is taken.</summary>
internal static class NewFile
{
    private const int FileExists = 17;

    /// <summary>Moves <paramref name="source"/> to <paramref name="path"/>; false, with nothing changed, if that exists.</summary>
    /// <remarks>
    /// On Unix the framework's move looks for the target and then renames, and so replaces a file that appears in between;
    /// a hard link takes the name or fails in one step. File systems without hard links keep the framework's small gap.
    /// </remarks>
    public static bool TryMove(string source, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryFrameworkMove(source, path);
        }
        if (Link(ToNative(source), ToNative(path)) == 0)
        {
            File.Delete(source);
            return true;
        }
        return Marshal.GetLastPInvokeError() != FileExists && TryFrameworkMove(source, path);
    }

    private static bool TryFrameworkMove(string source, string path)
    {
        try
        {
            File.Move(source, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static byte[] ToNative(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] source, byte[] path);
}
