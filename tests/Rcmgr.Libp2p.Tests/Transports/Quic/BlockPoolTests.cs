using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class BlockPoolTests
{
    [Fact]
    public void A_block_of_the_largest_size_is_used_again()
    {
        using BlockPool pool = new();
        nint block = pool.Rent(SendBuffer.LargestBlock);

        pool.Return(block, SendBuffer.LargestBlock);

        Assert.Equal(1, pool.Free);
        Assert.Equal(block, pool.Rent(SendBuffer.LargestBlock));
        pool.Return(block, SendBuffer.LargestBlock);
    }

    [Fact]
    public void No_more_blocks_are_kept_than_there_may_be_and_none_of_other_sizes_or_after_the_end()
    {
        BlockPool pool = new();
        nint[] blocks = [.. Enumerable.Range(0, BlockPool.MaxFree + 5).Select(_ => pool.Rent(SendBuffer.LargestBlock))];

        pool.Return(pool.Rent(SendBuffer.SmallestBlock), SendBuffer.SmallestBlock);
        Assert.Equal(0, pool.Free);
        foreach (nint block in blocks[1..])
            pool.Return(block, SendBuffer.LargestBlock);
        Assert.Equal(BlockPool.MaxFree, pool.Free);
        pool.Dispose();
        pool.Return(blocks[0], SendBuffer.LargestBlock);
        Assert.Equal(0, pool.Free);
    }
}
