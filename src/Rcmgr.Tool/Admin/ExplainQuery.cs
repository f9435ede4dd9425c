using System.Net;
using Microsoft.AspNetCore.Http;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Tool.Admin;

/// <summary>
/// Which operation a query asks about: with a peer a stream (<c>peer</c>, <c>protocol</c>, <c>service</c>), else a connection
/// (<c>address</c>, <c>fd</c>); <c>direction</c> is inbound unless it says otherwise.
/// </summary>
internal static class ExplainQuery
{
    private static readonly string[] OfStream = ["peer", "direction", "protocol", "service"];
    private static readonly string[] OfConnection = ["address", "direction", "fd"];

    /// <exception cref="FormatException">The query asks for something that there is not.</exception>
    public static ResourceOperation Read(IQueryCollection query)
    {
        string[] known = query.ContainsKey("peer") ? OfStream : OfConnection;
        if (query.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown)
            throw new FormatException($"'{unknown}' is not one of: {string.Join(", ", known)}.");
        Direction direction = AdminNames.ParseDirection(query["direction"].FirstOrDefault() ?? "inbound")
            ?? throw new FormatException("The direction is inbound or outbound.");
        return query.ContainsKey("peer") ? Stream(query, direction) : Connection(query, direction);
    }

    private static ResourceOperation Stream(IQueryCollection query, Direction direction)
    {
        PeerId peer = PeerId.Parse(query["peer"].FirstOrDefault() ?? "");
        try
        {
            return ResourceOperation.OpenStream(peer.Key, direction, query["protocol"].FirstOrDefault(), query["service"].FirstOrDefault());
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static ResourceOperation Connection(IQueryCollection query, Direction direction)
    {
        IPAddress? address = query["address"].FirstOrDefault() is { } text ? IPAddress.Parse(text) : null;
        bool usesFileDescriptor = query["fd"].FirstOrDefault() switch
        {
            null or "true" => true,
            "false" => false,
            string other => throw new FormatException($"fd is true or false, not '{other}'."),
        };
        return ResourceOperation.OpenConnection(direction, usesFileDescriptor, address);
    }
}
