using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Node;

/// <summary>What a node prints: one event on each line, as JSON or as text. Safe for use from many threads.</summary>
internal sealed class NodeOutput(TextWriter output, bool json, bool observeOnly)
{
    /// <summary>The event of a node that listens on TCP alone, right after the one that says where.</summary>
    public const string QuicUnavailableEvent = "quic-unavailable";

    private readonly Lock _gate = new();

    public void Listening(Libp2pHost host, IPEndPoint? admin)
    {
        string[] addresses = [.. host.ListenAddresses.Select(address => address.ToString())];
        string where = string.Join(", ", addresses);
        Print("listening", admin is null ? $"{where}" : $"{where}; admin at http://{admin}/rcmgr", fields =>
        {
            fields.WriteString("peerId", host.PeerId.ToString());
            fields.WriteStartArray("addrs");
            foreach (string address in addresses)
                fields.WriteStringValue(address);
            fields.WriteEndArray();
            if (admin is not null)
                fields.WriteString("admin", admin.ToString());
        });
    }

    /// <summary>Nobody asked for QUIC by its address, so the node does without it.</summary>
    public void QuicUnavailable(QuicUnavailableException why) => Print(
        QuicUnavailableEvent, $"listening on TCP alone. {why.Message}", fields => fields.WriteString("reason", why.Message));

    public void Connected(ConnectionOpenedEvent opened) =>
        Connection("connected", opened.Peer.ToString(), opened.RemoteAddress.ToString(), opened.Direction);

    public void Disconnected(ConnectionClosedEvent closed) =>
        Connection("disconnected", closed.Peer.ToString(), closed.RemoteAddress.ToString(), closed.Direction);

    /// <summary>Refusals of one kind since the last time; <paramref name="refused"/> counts those.</summary>
    public void Refused(RefusalCount refused)
    {
        string direction = AdminNames.Of(refused.Direction);
        string what = direction.Length == 0 ? "" : direction + " ";
        Print(
            observeOnly ? "would-refuse" : "refused",
            $"{refused.Count} times by {AdminNames.Of(refused.Scope)}: {what}{AdminNames.Of(refused.Resource)} ({AdminNames.Of(refused.Reason)})",
            fields => AdminJson.WriteRefusal(fields, refused));
    }

    /// <summary>Events that were too many to print.</summary>
    public void Skipped(long events) => Print("skipped", $"{events} events", fields => fields.WriteNumber("events", events));

    public void Stopped(ScopeUsage inUse) => Print(
        "stopped", inUse.IsZero ? "nothing is in use" : $"still in use: {inUse}", fields => AdminJson.WriteUse(fields, "inUse", inUse));

    private void Connection(string name, string peer, string address, Direction direction) =>
        Print(name, $"{peer} at {address}, {AdminNames.Of(direction)}", fields =>
        {
            fields.WriteString("peerId", peer);
            fields.WriteString("addr", address);
            fields.WriteString("direction", AdminNames.Of(direction));
        });

    private void Print(string name, string text, Action<Utf8JsonWriter> fields)
    {
        string line = json
            ? JsonLine.Write(writer =>
            {
                writer.WriteString("event", name);
                fields(writer);
            })
            : $"{name}: {text}";
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
