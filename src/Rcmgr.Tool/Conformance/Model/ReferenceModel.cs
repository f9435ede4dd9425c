using System.Net;

namespace Rcmgr.Tool.Conformance.Model;

/// <summary>
/// What the manager promises, as a naive sequential program over scopes by name: specification §1 to §3 with the deviations
/// that the manager documents. It shares nothing with the manager but the types of limits and allowlist entries.
/// Connections, streams and spans are named by the caller.
/// </summary>
internal sealed partial class ReferenceModel
{
    private readonly ResourceManagerLimits _limits;
    private readonly Func<IEnumerable<AllowlistEntry>> _allowlist;
    private readonly Dictionary<string, ModelScope> _scopes = [];
    private readonly Dictionary<string, ResourceLimits> _replacedLimits = [];

    public ReferenceModel(ResourceManagerLimits limits, Func<IEnumerable<AllowlistEntry>> allowlist)
    {
        _limits = limits;
        _allowlist = allowlist;
        Put(new("system", limits.System));
        Put(new("transient", limits.Transient, "system"));
        Put(new("allowlistedSystem", limits.AllowlistedSystem));
        Put(new("allowlistedTransient", limits.AllowlistedTransient, "allowlistedSystem"));
    }

    /// <summary>Times that something was taken which was not there.</summary>
    public int Faults { get; private set; }

    public ModelOutcome OpenConnection(string id, Direction direction, bool usesFileDescriptor, IPAddress? address)
    {
        long[] amounts = new long[ModelScope.Length];
        amounts[direction == Direction.Inbound ? ModelScope.ConnectionsIn : ModelScope.ConnectionsOut] = 1;
        amounts[ModelScope.FileDescriptors] = usesFileDescriptor ? 1 : 0;

        ModelOutcome Open(bool isAllowlisted, params string[] above) => Charge(
            new(id, _limits.Connection, above) { IsHandle = true, Address = address, IsAllowlisted = isAllowlisted },
            amounts,
            scope => ModelChecks.Connections(
                scope, amounts[ModelScope.ConnectionsIn], amounts[ModelScope.ConnectionsOut], amounts[ModelScope.FileDescriptors]));

        ModelOutcome outcome = Open(false, "transient", "system");
        return outcome.IsOk || !ModelAllowlist.Allows(_allowlist(), address, null)
            ? outcome
            : Open(true, "allowlistedTransient", "allowlistedSystem");
    }

    public ModelOutcome OpenStream(string id, string peer, Direction direction)
    {
        long[] amounts = new long[ModelScope.Length];
        amounts[direction == Direction.Inbound ? ModelScope.StreamsIn : ModelScope.StreamsOut] = 1;
        GetOrAdd(PeerName(peer));
        ModelOutcome outcome = Charge(
            new(id, _limits.Stream, PeerName(peer), "transient", "system") { IsHandle = true, Peer = peer },
            amounts,
            scope => ModelChecks.Streams(scope, amounts[ModelScope.StreamsIn], amounts[ModelScope.StreamsOut]));
        RemoveUnused();
        return outcome;
    }

    public ModelOutcome SetPeer(string id, string peer)
    {
        ModelScope connection = _scopes[id];
        if (connection.IsClosed)
            return ModelOutcome.Closed(id);
        if (connection.Peer is not null)
            return ModelOutcome.AlreadyAttached(id);

        if (connection.IsAllowlisted && !ModelAllowlist.Allows(_allowlist(), connection.Address, peer))
        {
            ModelOutcome revoked = Transfer(connection, "system", "transient");
            if (!revoked.IsOk)
            {
                Close(id);
                return revoked;
            }

            TakeFrom("allowlistedTransient", connection.Use);
            TakeFrom("allowlistedSystem", connection.Use);
            connection.IsAllowlisted = false;
            connection.Above = ["system", "transient"];
        }

        ModelOutcome outcome = Transfer(connection, PeerName(peer));
        if (outcome.IsOk)
        {
            connection.Peer = peer;
            TakeFrom(connection.IsAllowlisted ? "allowlistedTransient" : "transient", connection.Use);
            connection.Above = [PeerName(peer), connection.IsAllowlisted ? "allowlistedSystem" : "system"];
        }

        RemoveUnused();
        return outcome;
    }

    public ModelOutcome SetProtocol(string id, string protocol)
    {
        ModelScope stream = _scopes[id];
        if (stream.IsClosed)
            return ModelOutcome.Closed(id);
        if (stream.Protocol is not null)
            return ModelOutcome.AlreadyAttached(id);

        ModelOutcome outcome = Transfer(stream, ProtocolName(protocol), ProtocolName(protocol, stream.Peer!));
        if (outcome.IsOk)
        {
            stream.Protocol = protocol;
            TakeFrom("transient", stream.Use);
            stream.Above = [PeerName(stream.Peer!), ProtocolName(protocol, stream.Peer!), ProtocolName(protocol), "system"];
        }

        RemoveUnused();
        return outcome;
    }

    public ModelOutcome SetService(string id, string service)
    {
        ModelScope stream = _scopes[id];
        if (stream.IsClosed)
            return ModelOutcome.Closed(id);
        if (stream.Service is not null)
            return ModelOutcome.AlreadyAttached(id);
        if (stream.Protocol is not string protocol)
            return ModelOutcome.NotAttached(id);

        string peer = stream.Peer!;
        ModelOutcome outcome = Transfer(stream, ServiceName(service), ServiceName(service, peer));
        if (outcome.IsOk)
        {
            stream.Service = service;
            stream.Above =
            [
                PeerName(peer), ProtocolName(protocol, peer), ServiceName(service, peer), ProtocolName(protocol), ServiceName(service), "system",
            ];
        }

        RemoveUnused();
        return outcome;
    }

    /// <summary>Closes a connection, stream or span; again, does nothing.</summary>
    public void Close(string id)
    {
        ModelScope scope = _scopes[id];
        if (scope.IsClosed)
            return;
        if (scope.Owner is not null)
        {
            TakeUpwards(scope, scope.Use[ModelScope.Memory]);
        }
        else
        {
            foreach (string above in scope.Above)
                TakeFrom(above, scope.Use);
        }

        scope.IsClosed = true;
        Array.Clear(scope.Use);
        RemoveUnused();
    }

    private static string PeerName(string peer) => $"peer:{peer}";

    private static string ProtocolName(string protocol) => $"protocol:{protocol}";

    private static string ProtocolName(string protocol, string peer) => $"protocol:{protocol}.peer:{peer}";

    private static string ServiceName(string service) => $"service:{service}";

    private static string ServiceName(string service, string peer) => $"service:{service}.peer:{peer}";

    /// <summary>Charges a new connection or stream to itself and to every scope of its list, or to none.</summary>
    private ModelOutcome Charge(ModelScope opened, long[] amounts, Func<ModelScope, IEnumerable<ModelOutcome>> check)
    {
        ModelScope[] path = [opened, .. opened.Above.Select(name => _scopes[name])];
        ModelOutcome outcome = ModelChecks.Decide(path.SelectMany(check));
        if (!outcome.IsOk)
            return outcome;
        foreach (ModelScope scope in path)
            scope.Add(amounts);
        Put(opened);
        return outcome;
    }

    /// <summary>Charges all that a scope holds to the scopes that it is about to join, or to none.</summary>
    private ModelOutcome Transfer(ModelScope joining, params string[] names)
    {
        ModelScope[] targets = [.. names.Select(GetOrAdd)];
        ModelOutcome outcome = ModelChecks.Decide(targets.SelectMany(target => ModelChecks.Transfer(target, joining.Use)));
        if (!outcome.IsOk)
            return outcome;
        foreach (ModelScope target in targets)
            target.Add(joining.Use);
        return outcome;
    }

    private void TakeFrom(string name, long[] amounts)
    {
        if (!_scopes[name].Take(amounts))
            Faults++;
    }
}
