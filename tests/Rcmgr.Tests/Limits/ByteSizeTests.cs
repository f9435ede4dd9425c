namespace Rcmgr.Tests.Limits;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("17", 17)]
    [InlineData("17 B", 17)]
    [InlineData("3 KiB", 3 << 10)]
    [InlineData("3K", 3 << 10)]
    [InlineData("3kb", 3_000)]
    [InlineData(" 1.5 MiB ", 3 << 19)]
    [InlineData("2M", 2 << 20)]
    [InlineData("2 MB", 2_000_000)]
    [InlineData("1GiB", 1 << 30)]
    [InlineData("1 g", 1 << 30)]
    [InlineData("1 GB", 1_000_000_000)]
    [InlineData("4 TiB", 4L << 40)]
    [InlineData("4T", 4L << 40)]
    [InlineData("4 TB", 4_000_000_000_000)]
    [InlineData("0.0019 K", 1)]
    public void Sizes_are_read_in_every_unit_and_rounded_down(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("1 PiB")]
    [InlineData("one")]
    [InlineData("9223372036854775807")]
    [InlineData("8388608 TiB")]
    public void What_is_no_size_or_too_large_is_not_read(string text)
    {
        Assert.False(ByteSize.TryParse(text, out long parsed));
        Assert.Equal(0, parsed);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5 << 20, "5 MiB")]
    [InlineData(7L << 30, "7 GiB")]
    [InlineData(9L << 40, "9 TiB")]
    [InlineData(3L << 50, "3072 TiB")]
    public void Sizes_are_written_in_the_largest_unit_that_fits(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
