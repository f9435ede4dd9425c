using System.Net;

namespace Rcmgr;

/// <summary>
/// Admission by limits that may be replaced while connections are open. It remembers how many connections each address has, whether
/// the rules count them or not, so that new rules can count them at once. Safe to use from several threads.
/// </summary>
/// <remarks>
/// The connections of an address have one slot between them, which is that of the rules in force: so it comes back exactly once, whichever
/// rules were in force when it was taken. What the rules would count but the allowlist exempted when it was opened is not remembered, and
/// stays exempt to its end.
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

    public bool TryAdmit(Direction direction, IPAddress? remote, out AddressSlot? slot, out Refusal refusal)
    {
        slot = null;
        refusal = default;
        if (remote is null)
            return Current?.TryAdmit(direction, null, out _, out refusal) ?? true;

        AddressValue address = AddressValue.Of(remote);
        Shard shard = ShardOf(address);
        using (shard.Gate.EnterScope())
        {
            AddressAdmission? current = _current;
            AddressSlot? held = null;
            if (current is not null && !current.TryAdmit(direction, remote, out held, out refusal))
                return false;
            if (held is not null || !IsExempt(current, direction, address))
                slot = shard.Add(address, direction, held);
        }

        return true;
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
            AddressAdmission? next = Succeed(limits);
            OpenAddress[] open = [.. _shards.SelectMany(shard => shard.Open)];
            AddressSlot?[] slots = [.. open.Select(address => Hold(next, address))];
            ConnectionLimitsPlan plan = new(_limits, limits, next is null ? [] : Over(next, open, slots));
            if (replaces)
            {
                foreach ((OpenAddress address, AddressSlot? slot) in open.Zip(slots))
                    address.Held = slot;
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

    private AddressAdmission? Succeed(ConnectionLimits limits) =>
        _current is { } current ? current.CreateSuccessor(limits, _time) : AddressAdmission.Create(limits, _allowlist, _time);

    /// <summary>Counts the connections of an address.</summary>
    private static AddressSlot? Hold(AddressAdmission? next, OpenAddress open)
    {
        AddressSlot? slot = null;
        for (int i = 0; i < open.Connections; i++)
            slot = next?.Hold(open.Direction, open.Address);
        return slot;
    }

    private static OverConnectionLimit[] Over(AddressAdmission next, OpenAddress[] open, AddressSlot?[] slots) =>
        [.. open.Where((_, index) => slots[index] is not null).SelectMany(address => Over(next, address.Address)).Distinct()
            .OrderBy(over => over.ToString(), StringComparer.Ordinal)];

    private static IEnumerable<OverConnectionLimit> Over(AddressAdmission next, AddressValue address) =>
        from slots in next.PeekSlots(address)
        where slots.Current > slots.Limit
        select new OverConnectionLimit(slots.Rule.NetworkOf(address.ToIPAddress())!.Value, slots.Rule.Key, slots.Current, slots.Limit);

    /// <summary>Whether a connection without a slot is exempt for good: what the rules would count, and what they will not because of the allowlist.</summary>
    private bool IsExempt(AddressAdmission? current, Direction direction, in AddressValue address) =>
        (current?.Counts(direction, address) ?? false) || _allowlist.AllowsEveryPeer(address);

    private Shard ShardOf(in AddressValue address) => _shards[address.GetHashCode() & (ShardCount - 1)];

    /// <summary>The connections of one address that one side has opened.</summary>
    private sealed class OpenAddress(Shard shard, AddressValue address, Direction direction) : AddressSlot
    {
        public AddressValue Address => address;

        public Direction Direction => direction;

        /// <summary>Only under the shard's gate, like <see cref="Held"/>.</summary>
        public int Connections { get; set; }

        /// <summary>What the rules in force count them by; null when they do not.</summary>
        public AddressSlot? Held { get; set; }

        public override void Return()
        {
            using (shard.Gate.EnterScope())
            {
                Held?.Return();
                if (--Connections == 0)
                    shard.Remove(this);
            }
        }
    }

    private sealed class Shard
    {
        private readonly Dictionary<(AddressValue, Direction), OpenAddress> _open = [];

        public Gate Gate { get; } = new();

        public IEnumerable<OpenAddress> Open => _open.Values;

        public OpenAddress Add(in AddressValue address, Direction direction, AddressSlot? held)
        {
            if (!_open.TryGetValue((address, direction), out OpenAddress? open))
                _open.Add((address, direction), open = new OpenAddress(this, address, direction));
            open.Connections++;
            open.Held = held;
            return open;
        }

        public void Remove(OpenAddress open) => _open.Remove((open.Address, open.Direction));
    }
}
