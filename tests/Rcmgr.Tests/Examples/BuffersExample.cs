using System.Buffers;

namespace Rcmgr.Tests.Examples;

public sealed class BuffersExample
{
    [Fact]
    public async Task A_buffer_is_reserved_as_it_is_rented()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        using StreamScope scope = manager.OpenStream(new PeerKey("alice"), Direction.Inbound);
        using MemoryStream input = new(new byte[100_000]);
        using MemoryStream output = new();

        if (!scope.TryRentMemory(4096, MemoryPriority.Medium, out IMemoryOwner<byte>? buffer, out Refusal refusal))
        {
            Console.WriteLine(refusal);
            return;
        }

        using (buffer)
            await input.ReadExactlyAsync(buffer.Memory, cancellationToken);

        long copied = await input.CopyToAsync(output, scope, bufferSize: 16 * 1024, cancellationToken: cancellationToken);

        Assert.Equal(100_000 - 4096, copied);
        Assert.Equal(0, scope.Usage.Memory);
    }
}
