namespace Rcmgr;

/// <summary>
/// The protocol-peer and service-peer scopes of one peer: a list, newest first, while they are few; a table once a remote has
/// brought them to many.
/// </summary>
internal struct SubScopes
{
    private const int MostInList = 16;

    // Nothing, the first of the list, or the table.
    private object? _content;

    public readonly PeerSubScope? Find(bool isService, string name)
    {
        if (_content is not Dictionary<(bool IsService, string Name), PeerSubScope> table)
        {
            PeerSubScope? sub = (PeerSubScope?)_content;
            while (sub is not null && (sub.Account.IsService != isService || sub.Account.Name != name))
                sub = sub.Next;
            return sub;
        }

        return table.GetValueOrDefault((isService, name));
    }

    public void Add(PeerSubScope sub)
    {
        if (_content is Dictionary<(bool IsService, string Name), PeerSubScope> table)
        {
            table.Add((sub.Account.IsService, sub.Account.Name), sub);
            return;
        }

        sub.Next = (PeerSubScope?)_content;
        _content = sub;
        int count = 0;
        for (PeerSubScope? other = sub; other is not null; other = other.Next)
            count++;
        if (count > MostInList)
            _content = All().ToDictionary(other => (other.Account.IsService, other.Account.Name));
    }

    public void Remove(PeerSubScope sub)
    {
        if (_content is Dictionary<(bool IsService, string Name), PeerSubScope> table)
        {
            table.Remove((sub.Account.IsService, sub.Account.Name));
            if (table.Count == 0)
                _content = null;
        }
        else if (ReferenceEquals(_content, sub))
        {
            _content = sub.Next;
        }
        else
        {
            PeerSubScope before = (PeerSubScope)_content!;
            while (!ReferenceEquals(before.Next, sub))
                before = before.Next!;
            before.Next = sub.Next;
        }

        sub.Next = null;
    }

    /// <summary>All of them; allocates.</summary>
    public readonly List<PeerSubScope> All()
    {
        List<PeerSubScope> all = [];
        if (_content is Dictionary<(bool IsService, string Name), PeerSubScope> table)
            all.AddRange(table.Values);
        else
        {
            for (PeerSubScope? sub = (PeerSubScope?)_content; sub is not null; sub = sub.Next)
                all.Add(sub);
        }

        return all;
    }

    /// <summary>One of them; null when there is none.</summary>
    public readonly PeerSubScope? Any =>
        _content is Dictionary<(bool IsService, string Name), PeerSubScope> table ? table.Values.FirstOrDefault() : (PeerSubScope?)_content;
}
