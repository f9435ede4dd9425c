namespace Rcmgr.Tool.Node;

/// <summary>A node cannot start as it was asked to; the message says why, for the user.</summary>
internal sealed class NodeStartException(string message, Exception cause) : Exception(message, cause);
