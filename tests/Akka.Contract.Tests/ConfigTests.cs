using Akka.Configuration;

namespace Akka.Contract.Tests;

public sealed class ConfigTests
{
    private static readonly Config Sample = ConfigurationFactory.ParseString(
        """
        a {
          text = hello
          number = 42
          large = 5000000000
          share = 0.25
          on = on
          off = off
          list = [one, two]
          short = 250ms
          plain = 1500
          long = 2 m
          forever = infinite
          inner { text = deep }
        }
        """);

    [Fact]
    public void A_value_is_read_as_the_type_that_is_asked_for()
    {
        Assert.Equal("hello", Sample.GetString("a.text"));
        Assert.Equal(42, Sample.GetInt("a.number"));
        Assert.Equal(5_000_000_000, Sample.GetLong("a.large"));
        Assert.Equal(0.25, Sample.GetDouble("a.share"));
        Assert.True(Sample.GetBoolean("a.on"));
        Assert.False(Sample.GetBoolean("a.off", true));
        Assert.Equal(["one", "two"], Sample.GetStringList("a.list"));
    }

    [Fact]
    public void A_duration_is_a_number_with_a_unit_or_of_milliseconds()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(250), Sample.GetTimeSpan("a.short"));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), Sample.GetTimeSpan("a.plain"));
        Assert.Equal(TimeSpan.FromMinutes(2), Sample.GetTimeSpan("a.long"));
        Assert.Equal(Timeout.InfiniteTimeSpan, Sample.GetTimeSpan("a.forever"));
    }

    [Fact]
    public void What_is_not_there_is_the_default()
    {
        Assert.Null(Sample.GetString("a.none"));
        Assert.Equal("default", Sample.GetString("a.none", "default"));
        Assert.Equal(7, Sample.GetInt("a.none", 7));
        Assert.True(Sample.GetBoolean("a.none", true));
        Assert.Equal(TimeSpan.FromSeconds(3), Sample.GetTimeSpan("a.none", TimeSpan.FromSeconds(3)));
        Assert.Equal("default", Sample.GetString("none.at.all", "default"));
    }

    [Fact]
    public void A_path_is_there_or_not()
    {
        Assert.True(Sample.HasPath("a.inner"));
        Assert.True(Sample.HasPath("a.inner.text"));
        Assert.False(Sample.HasPath("a.inner.none"));
    }

    [Fact]
    public void The_settings_below_a_path_are_a_configuration_of_their_own() =>
        Assert.Equal("deep", Sample.GetConfig("a.inner").GetString("text"));

    [Fact]
    public void A_fallback_gives_what_the_configuration_does_not_say()
    {
        var config = ConfigurationFactory.ParseString("a { text = mine }").WithFallback(Sample);

        Assert.Equal("mine", config.GetString("a.text"));
        Assert.Equal(42, config.GetInt("a.number"));
        Assert.Equal("deep", config.GetString("a.inner.text"));
    }

    [Fact]
    public void The_first_of_several_fallbacks_wins()
    {
        var config = ConfigurationFactory.ParseString("x = 1")
            .WithFallback(ConfigurationFactory.ParseString("x = 2, y = 2"))
            .WithFallback(ConfigurationFactory.ParseString("x = 3, y = 3, z = 3"));

        Assert.Equal((1, 2, 3), (config.GetInt("x"), config.GetInt("y"), config.GetInt("z")));
    }

    [Fact]
    public void A_text_is_a_configuration_where_one_is_asked_for()
    {
        Config config = "a.text = implicit";

        Assert.Equal("implicit", config.GetString("a.text"));
    }

    [Fact]
    public void The_empty_configuration_says_nothing()
    {
        Assert.True(ConfigurationFactory.Empty.IsEmpty);
        Assert.False(Sample.IsEmpty);
        Assert.Equal("hello", ConfigurationFactory.Empty.WithFallback(Sample).GetString("a.text"));
    }

    [Fact]
    public void The_text_of_a_configuration_reads_as_the_same() =>
        Assert.Equal("deep", ConfigurationFactory.ParseString(Sample.ToString()).GetString("a.inner.text"));
}
