namespace Rcmgr.Tool.Node;

/// <summary>A node, or what it starts from, cannot be used as was asked; the message says why, for the user.</summary>
internal sealed class NodeStartException(string message, Exception? cause = null) : Exception(message, cause);
