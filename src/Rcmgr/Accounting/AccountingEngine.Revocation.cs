namespace Rcmgr;

/// <content>Connections that lose their place on the allowlist (specification §3.2).</content>
internal sealed partial class AccountingEngine<TWide>
{
    /// <summary>
    /// Moves a connection from the allowlisted roots to the normal ones. When those have no room the connection is closed: it
    /// could be charged to nothing, and what nothing is charged with nothing limits (specification §3.2).
    /// </summary>
    private bool TryRevokeAllowlisting(ConnectionScope connection, Shard home, out Refusal refusal, out WideScope? unsettled)
    {
        using (_shared.EnterScope())
        {
            bool hasRoom = TryChargeNormalRoots(home, connection, out refusal, out unsettled);
            if (unsettled is not null)
                return false;
            Return(home.AllowlistedTransient, connection.Unit, connection.Memory);
            Return(home.AllowlistedSystem, connection.Unit, connection.Memory);
            if (!hasRoom)
            {
                connection.IsClosed = true;
                connection.Memory = 0;
                return false;
            }
        }

        connection.Allowlisted = false;
        connection.IsRevoked = true;
        return true;
    }

    private bool TryChargeNormalRoots(Shard home, ConnectionScope connection, out Refusal refusal, out WideScope? unsettled)
    {
        (ulong unit, long memory) = (connection.Unit, connection.Memory);
        unsettled = null;
        refusal = default;
        bool inSystem = TWide.TryCharge(home.System, unit, memory, ChargeParts.Transfer, out Violation violation);
        if (!inSystem)
        {
            Refuse(System, violation, out refusal, out unsettled);
            if (unsettled is not null || !refusal.IsWrap)
                return false;
        }

        bool inTransient = TWide.TryCharge(home.Transient, unit, memory, ChargeParts.Transfer, out violation);
        if (inSystem && inTransient)
            return true;

        // A limit that somebody set is named before a counter that would wrap.
        if (!inTransient)
        {
            Refuse(Transient, violation, out Refusal transientRefusal, out unsettled);
            if (inSystem || !transientRefusal.IsWrap)
                refusal = transientRefusal;
        }

        if (inSystem)
            Return(home.System, unit, memory);
        if (inTransient)
            Return(home.Transient, unit, memory);
        return false;
    }
}
