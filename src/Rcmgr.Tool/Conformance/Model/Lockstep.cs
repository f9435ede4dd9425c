using System.Net;

namespace Rcmgr.Tool.Conformance.Model;

/// <summary>
/// Runs every operation on a manager and on the reference model, and compares outcome, refusing scope, numbers and the use
/// of every scope. For one thread.
/// </summary>
internal sealed class Lockstep
{
    private readonly Dictionary<string, ResourceScope> _handles = [];
    private readonly Dictionary<string, Stack<ScopeView>> _views = [];

    public Lockstep(ResourceManagerLimits limits, Allowlist? allowlist = null)
        : this(limits, new ResourceManager(limits, allowlist))
    {
    }

    /// <summary>Runs a manager that has these limits and in which nothing has been done yet.</summary>
    public Lockstep(ResourceManagerLimits limits, ResourceManager manager)
    {
        Manager = manager;
        Model = new ReferenceModel(limits, () => Manager.Allowlist.Entries);
    }

    public ResourceManager Manager { get; }

    public ReferenceModel Model { get; }

    /// <summary>Connections, streams and spans by the names that the caller gave them.</summary>
    public IReadOnlyDictionary<string, ResourceScope> Handles => _handles;

    /// <summary>The first difference between the manager and the model so far; null while they agree.</summary>
    public string? Difference { get; private set; }

    public ModelOutcome OpenConnection(string id, Direction direction, bool usesFileDescriptor, IPAddress? address)
    {
        ModelOutcome expected = Model.OpenConnection(id, direction, usesFileDescriptor, address);
        bool done = Manager.TryOpenConnection(direction, usesFileDescriptor, address, out ConnectionScope? scope, out Refusal refusal);
        return Opened(id, expected, done ? scope : null, refusal);
    }

    public ModelOutcome OpenStream(string id, PeerKey peer, Direction direction)
    {
        ModelOutcome expected = Model.OpenStream(id, peer.Text, direction);
        bool done = Manager.TryOpenStream(peer, direction, out StreamScope? scope, out Refusal refusal);
        return Opened(id, expected, done ? scope : null, refusal);
    }

    public ModelOutcome BeginSpan(string id, string on)
    {
        ModelOutcome expected = Model.BeginSpan(id, on);
        SpanScope? span = null;
        Refusal refusal = default;
        On(on, scope => scope.TryBeginSpan(out span, out refusal));
        return Opened(id, expected, span, refusal);
    }

    public ModelOutcome SetPeer(string id, PeerKey peer)
    {
        ModelOutcome expected = Model.SetPeer(id, peer.Text);
        bool done = ((ConnectionScope)_handles[id]).TrySetPeer(peer, out Refusal refusal);
        return Compare(expected, done, refusal, isAttached: true);
    }

    public ModelOutcome SetProtocol(string id, string protocol)
    {
        ModelOutcome expected = Model.SetProtocol(id, protocol);
        bool done = ((StreamScope)_handles[id]).TrySetProtocol(protocol, out Refusal refusal);
        return Compare(expected, done, refusal, isAttached: true);
    }

    public ModelOutcome SetService(string id, string service)
    {
        ModelOutcome expected = Model.SetService(id, service);
        StreamScope stream = (StreamScope)_handles[id];
        bool done = stream.TrySetService(service, out Refusal refusal);
        return Compare(expected, done, refusal, stream.ServiceScope is not null);
    }

    public ModelOutcome ReserveMemory(string on, long size, byte priority)
    {
        ModelOutcome expected = Model.ReserveMemory(on, size, priority);
        bool done = false;
        Refusal refusal = default;
        return Refuses(() => On(on, scope => done = scope.TryReserveMemory(size, priority, out refusal)))
            ? Compare(expected, ModelOutcome.Negative)
            : Compare(expected, done, refusal, isAttached: false);
    }

    public ModelOutcome ReleaseMemory(string on, long size)
    {
        ModelOutcome expected = Model.ReleaseMemory(on, size);
        return Compare(expected, Refuses(() => On(on, scope => scope.ReleaseMemory(size))) ? ModelOutcome.Negative : ModelOutcome.Ok);
    }

    public ModelOutcome SetLimits(string on, ResourceLimits limits)
    {
        Model.SetLimits(on, limits);
        On(on, scope => scope.Limits = limits);
        return Compare(ModelOutcome.Ok, ModelOutcome.Ok);
    }

    public ModelOutcome Close(string id)
    {
        Model.Close(id);
        ((IDisposable)_handles[id]).Dispose();
        return Compare(ModelOutcome.Ok, ModelOutcome.Ok);
    }

    public ModelOutcome OpenView(string name)
    {
        Model.OpenView(name);
        if (!_views.TryGetValue(name, out Stack<ScopeView>? views))
            _views[name] = views = new();
        views.Push(View(name)!);
        return Compare(ModelOutcome.Ok, ModelOutcome.Ok);
    }

    /// <summary>Closes the newest open view of a scope; does nothing when there is none.</summary>
    public ModelOutcome CloseView(string name)
    {
        if (!_views.TryGetValue(name, out Stack<ScopeView>? views) || !views.TryPop(out ScopeView? view))
            return ModelOutcome.Ok;
        Model.CloseView(name);
        view.Dispose();
        return Compare(ModelOutcome.Ok, ModelOutcome.Ok);
    }

    public bool HasView(string name) => _views.TryGetValue(name, out Stack<ScopeView>? views) && views.Count > 0;

    /// <summary>What every scope of the manager holds: shared scopes by name, connections, streams and spans by handle.</summary>
    public Dictionary<string, ScopeUsage> Usage()
    {
        Dictionary<string, ScopeUsage> usage = Manager.TakeSnapshot().Scopes.ToDictionary(scope => scope.Name, scope => scope.Use);
        foreach ((string handle, ResourceScope scope) in _handles)
            usage[handle] = scope.Usage;
        return usage;
    }

    /// <summary>The outcome of an operation of the manager in the model's words; the refusing scope under the manager's name.</summary>
    public static ModelOutcome Outcome(bool done, in Refusal refusal, bool isAttached)
    {
        if (done)
            return ModelOutcome.Ok;
        string name = refusal.ScopeName;
        switch (refusal.Reason)
        {
            case RefusalReason.ScopeClosed:
                return ModelOutcome.Closed(name);
            case RefusalReason.WrongState:
                return isAttached ? ModelOutcome.AlreadyAttached(name) : ModelOutcome.NotAttached(name);
            default:
                string detail = $"{refusal.Current}, {refusal.Requested}, {refusal.Limit}";
                if (refusal.Resource == Resource.Memory)
                    detail = $"{detail}, {refusal.Priority}";
                string key = refusal.ConfigurationKey;
                return new("resource_limit_exceeded", name, key[(key.LastIndexOf('.') + 1)..], detail);
        }
    }

    private ModelOutcome Opened(string id, ModelOutcome expected, ResourceScope? scope, in Refusal refusal)
    {
        if (scope is not null)
            _handles[id] = scope;
        // A connection or stream that was refused has no number, so the manager names it by its kind.
        if (!expected.IsOk && expected.At == id)
            expected = expected with { At = refusal.ScopeName is "conn" or "stream" ? refusal.ScopeName : id };
        return Compare(expected, scope is not null, refusal, isAttached: false);
    }

    private ModelOutcome Compare(ModelOutcome expected, bool done, in Refusal refusal, bool isAttached) =>
        Compare(expected, Outcome(done, refusal, isAttached));

    private ModelOutcome Compare(ModelOutcome expected, ModelOutcome actual)
    {
        string? at = expected.At is not null && _handles.TryGetValue(expected.At, out ResourceScope? handle) ? handle.Name : expected.At;
        ModelOutcome named = expected with { At = at, IsWrap = false };
        Difference ??= named == actual ? UsageDifference() : $"the model says {named}, the manager {actual}";
        return expected;
    }

    private string? UsageDifference()
    {
        Dictionary<string, ScopeUsage> expected = Model.SharedUsage();
        foreach (string handle in _handles.Keys)
            expected[handle] = Model.UsageOf(handle);
        Dictionary<string, ScopeUsage> actual = Usage();
        foreach (string scope in expected.Keys.Union(actual.Keys))
        {
            bool isExpected = expected.TryGetValue(scope, out ScopeUsage model);
            bool isThere = actual.TryGetValue(scope, out ScopeUsage manager);
            if (isExpected != isThere)
                return $"{scope} exists only in {(isThere ? "the manager" : "the model")}";
            if (model != manager)
                return $"{scope}: the model says {model}, the manager {manager}";
        }

        return null;
    }

    private void On(string on, Action<ResourceScope> act)
    {
        if (_handles.TryGetValue(on, out ResourceScope? handle))
        {
            act(handle);
            return;
        }

        using ScopeView? view = View(on);
        act(view?.Scope ?? Root(on));
    }

    private ResourceScope Root(string name) => name switch
    {
        "system" => Manager.System,
        "transient" => Manager.Transient,
        "allowlistedSystem" => Manager.AllowlistedSystem,
        "allowlistedTransient" => Manager.AllowlistedTransient,
        _ => throw new ArgumentException($"no scope {name}"),
    };

    private ScopeView? View(string name)
    {
        string[] parts = name.Split(':', 2);
        return parts[0] switch
        {
            "peer" => Manager.ViewPeer(new PeerKey(parts[1])),
            "protocol" => Manager.ViewProtocol(parts[1]),
            "service" => Manager.ViewService(parts[1]),
            _ => null,
        };
    }

    private static bool Refuses(Action operation)
    {
        try
        {
            operation();
            return false;
        }
        catch (ArgumentOutOfRangeException)
        {
            return true;
        }
    }
}
