using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Hocon.Tests;

public sealed class ReaderTests
{
    [Theory]
    [InlineData("1ns", 0)]
    [InlineData("250 us", 2_500)]
    [InlineData("15", 150_000)]
    [InlineData("15ms", 150_000)]
    [InlineData("1.5 seconds", 15_000_000)]
    [InlineData("2m", 1_200_000_000)]
    [InlineData("1h", 36_000_000_000)]
    [InlineData("1 day", 864_000_000_000)]
    [InlineData("\"10s\"", 100_000_000)]
    public void A_duration_is_a_number_and_a_unit(string written, long ticks)
    {
        Assert.True(HoconReader.TryDuration(Value(written), out var duration));

        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [InlineData("10S")]
    [InlineData("s")]
    [InlineData("infinite")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("99999999999999d")]
    [InlineData("99999999999999999999999ms")]
    [InlineData("-99999999999999999999999ms")]
    [InlineData("79228162514264337593543950335d")]
    public void An_invalid_duration_is_refused(string written) => Assert.False(HoconReader.TryDuration(Value(written), out _));

    [Theory]
    [InlineData("512", 512)]
    [InlineData("2kB", 2_000)]
    [InlineData("2k", 2_048)]
    [InlineData("2 KiB", 2_048)]
    [InlineData("1.5M", 1_572_864)]
    [InlineData("3m", 3_145_728)]
    [InlineData("1g", 1_073_741_824)]
    [InlineData("1T", 1_099_511_627_776)]
    [InlineData("1 megabyte", 1_000_000)]
    public void A_size_is_a_number_and_a_unit(string written, long bytes)
    {
        Assert.True(HoconReader.TrySize(Value(written), out var size));

        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1 XB")]
    [InlineData("100 EB")]
    public void An_invalid_size_is_refused(string written) => Assert.False(HoconReader.TrySize(Value(written), out _));

    [Fact]
    public void Words_stand_for_booleans_and_text_and_numbers_for_each_other()
    {
        Assert.True(HoconReader.TryBoolean(Value("yes"), out var yes) && yes);
        Assert.True(HoconReader.TryBoolean(Value("off"), out var off) && !off);
        Assert.False(HoconReader.TryBoolean(Value("1"), out _));
        Assert.True(HoconReader.TryLong(Value("\"12\""), out var number) && number == 12);
        Assert.False(HoconReader.TryLong(Value("1.5"), out _));
        Assert.True(HoconReader.TryDouble(Value(".33"), out var third) && third == 0.33);
        Assert.True(HoconReader.TryText(Value("1e5"), out var text) && text == "1e5");
        Assert.False(HoconReader.TryText(Value("null"), out _));
    }

    [Fact]
    public void A_period_is_on_the_calendar()
    {
        Assert.True(HoconReader.TryPeriod(Value("2w"), out var weeks));
        Assert.True(HoconReader.TryPeriod(Value("3 mo"), out var months));

        Assert.Equal((new HoconPeriod(0, 0, 14), new HoconPeriod(0, 3, 0)), (weeks, months));
    }

    [Fact]
    public void An_object_with_numbers_for_keys_is_a_list_in_their_order()
    {
        Assert.True(HoconReader.TryList(Value("{ \"10\" = c, \"2\" = b, x = y, \"0\" = a }"), out var items));

        Assert.Equal(["a", "b", "c"], items.Select(item => ((HoconString)item).Text));
        Assert.False(HoconReader.TryList(Value("{}"), out _));
    }

    private static HoconValue Value(string written) => Reading.Load($"a = {written}").Root!["a"]!;
}
