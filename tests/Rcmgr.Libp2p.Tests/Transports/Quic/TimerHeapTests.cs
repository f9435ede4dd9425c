using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class TimerHeapTests
{
    [Fact]
    public void The_earliest_is_due_first_however_entries_were_moved_and_removed()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        TimerHeap<Entry> heap = new();
        List<Entry> entries = [.. Enumerable.Range(0, 200).Select(_ => new Entry())];
        HashSet<Entry> expected = [];
        for (int i = 0; i < 5_000; i++)
        {
            Entry entry = entries[random.Next(entries.Count)];
            if (random.Next(4) == 0)
            {
                heap.Remove(entry);
                expected.Remove(entry);
            }
            else
            {
                heap.Set(entry, (ulong)random.Next(1000));
                expected.Add(entry);
            }

            Assert.Equal(expected.Count, heap.Count);
            Assert.True(heap.NextDue == (expected.Count == 0 ? ulong.MaxValue : expected.Min(one => one.Due)), $"seed {seed}");
        }

        ulong last = 0;
        while (heap.PeekDue(1000) is { } next)
        {
            Assert.True(next.Due >= last, $"seed {seed}");
            last = next.Due;
            heap.Remove(next);
        }

        Assert.Equal(0, heap.Count);
    }

    [Fact]
    public void Nothing_is_due_before_its_time_and_the_end_of_time_removes()
    {
        TimerHeap<Entry> heap = new();
        Entry entry = new();
        heap.Set(entry, 10);
        Assert.Null(heap.PeekDue(9));
        Assert.Same(entry, heap.PeekDue(10));

        heap.Set(entry, ulong.MaxValue);

        Assert.Equal(0, heap.Count);
        Assert.True(entry.TimerIndex < 0);
    }

    private sealed class Entry : ITimed
    {
        public int TimerIndex { get; set; } = -1;

        public ulong Due { get; set; }

        public void OnTimer()
        {
        }
    }
}
