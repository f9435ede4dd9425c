using System.Net;

namespace Rcmgr;

/// <summary>
/// Admission by limits that may be replaced while connections are open. It remembers how many connections each address has, whether
/// the rules count them or not, so that new rules can count them at once. Safe to use from several threads.
/// </summary>
/// <remarks>
/// Whether a remembered connection holds a slot is a question to the rules in force (<see cref="AddressAdmission.Counts"/>) and to nothing
/// else, so a slot comes back exactly once whichever rules were in force when it was taken. What the rules would count but the allowlist
/// exempted when it was opened is not remembered, and stays exempt to its end.
/// </remarks>
internal sealed class ReplaceableAdmission : IAddressAdmission
{
    private const int ShardCount = 64;

    private readonly Allowlist _allowlist;
    private readonly TimeProvider _time;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];
    private AddressAdmission? _current;
    private ConnectionLimits _limits;

    public ReplaceableAdmission(ConnectionLimits limits, Allowlist allowlist, TimeProvider time)
    {
        _allowlist = allowlist;
        _time = time;
        _limits = limits;
        _current = AddressAdmission.Create(limits, allowlist, time);
    }

    /// <summary>The limits in force.</summary>
    public ConnectionLimits Limits => Volatile.Read(ref _limits);

    /// <summary>Who admits by them; null when they can refuse nobody. Written with the gates of all shards.</summary>
    public AddressAdmission? Current => Volatile.Read(ref _current);

    public bool ForgetsAllowlisted => Current?.ForgetsAllowlisted ?? false;

    public bool TryAdmit(Direction direction, IPAddress? remote, out bool holdsSlot, out Refusal refusal)
    {
        holdsSlot = false;
        refusal = default;
        if (remote is null)
            return Current?.TryAdmit(direction, null, out _, out refusal) ?? true;

        OpenAddress open = new(AddressValue.Of(remote), direction);
        Shard shard = ShardOf(open);
        using (shard.Gate.EnterScope())
        {
            AddressAdmission? current = _current;
            bool isCounted = false;
            if (current is not null && !current.TryAdmit(direction, remote, out isCounted, out refusal))
                return false;
            holdsSlot = isCounted || !IsExempt(current, open);
            if (holdsSlot)
                shard.Add(open);
        }

        return true;
    }

    public void Return(Direction direction, IPAddress remote)
    {
        OpenAddress open = new(AddressValue.Of(remote), direction);
        Shard shard = ShardOf(open);
        using (shard.Gate.EnterScope())
        {
            shard.Remove(open);
            if (_current is { } current && current.Counts(direction, open.Address))
                current.Return(remote);
        }
    }

    public bool MustVerify(IPAddress remote) => Current?.MustVerify(remote) ?? false;

    public AddressOutlook Peek(Direction direction, IPAddress? remote) =>
        Current?.Peek(direction, remote) ?? AddressOutlook.Exempt(AddressExemption.NothingLimited);

    /// <summary>What new limits would change at this instant.</summary>
    public ConnectionLimitsPlan Plan(ConnectionLimits limits) => Compare(limits, replaces: false);

    /// <summary>Puts new limits in force at one instant, with all open connections counted by them, and says what that changed.</summary>
    public ConnectionLimitsPlan Replace(ConnectionLimits limits) => Compare(limits, replaces: true);

    // Nobody opens or closes a connection meanwhile.
    private ConnectionLimitsPlan Compare(ConnectionLimits limits, bool replaces)
    {
        int entered = 0;
        try
        {
            for (; entered < _shards.Length; entered++)
                _shards[entered].Gate.Enter();
            AddressAdmission? next = AddressAdmission.Create(limits, _allowlist, _time, _current);
            ConnectionLimitsPlan plan = new(_limits, limits, next is null ? [] : Recount(next));
            if (replaces)
            {
                Volatile.Write(ref _current, next);
                Volatile.Write(ref _limits, limits);
            }

            return plan;
        }
        finally
        {
            while (entered > 0)
                _shards[--entered].Gate.Exit();
        }
    }

    /// <summary>Counts all open connections; what holds more than it may then.</summary>
    private OverConnectionLimit[] Recount(AddressAdmission next)
    {
        List<AddressValue> counted = [];
        foreach ((OpenAddress open, int connections) in _shards.SelectMany(shard => shard.Open))
        {
            if (!next.Counts(open.Direction, open.Address))
                continue;
            counted.Add(open.Address);
            for (int i = 0; i < connections; i++)
                next.Recount(open.Address);
        }

        return [.. counted.SelectMany(address => Over(next, address)).Distinct().OrderBy(over => over.ToString(), StringComparer.Ordinal)];
    }

    private static IEnumerable<OverConnectionLimit> Over(AddressAdmission next, AddressValue address) =>
        from slots in next.PeekSlots(address)
        where slots.Current > slots.Limit
        select new OverConnectionLimit(slots.Rule.NetworkOf(address.ToIPAddress())!.Value, slots.Rule.Key, slots.Current, slots.Limit);

    /// <summary>Whether a connection without a slot is exempt for good: what the rules would count, and what they will not because of the allowlist.</summary>
    private bool IsExempt(AddressAdmission? current, in OpenAddress open) =>
        (current?.Counts(open.Direction, open.Address) ?? false) || _allowlist.AllowsEveryPeer(open.Address);

    private Shard ShardOf(in OpenAddress open) => _shards[open.Address.GetHashCode() & (ShardCount - 1)];

    /// <summary>Who has connections open, and who opened them.</summary>
    private readonly record struct OpenAddress(AddressValue Address, Direction Direction);

    private sealed class Shard
    {
        private readonly Dictionary<OpenAddress, int> _open = [];

        public Gate Gate { get; } = new();

        public IEnumerable<KeyValuePair<OpenAddress, int>> Open => _open;

        public void Add(in OpenAddress open) => _open[open] = _open.GetValueOrDefault(open) + 1;

        public void Remove(in OpenAddress open)
        {
            int left = _open.GetValueOrDefault(open) - 1;
            if (left > 0)
                _open[open] = left;
            else
                _open.Remove(open);
        }
    }
}
