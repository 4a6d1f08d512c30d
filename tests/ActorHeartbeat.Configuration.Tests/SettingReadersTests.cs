using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>A row of <see cref="EndpointSetting"/> is all that a setting needs: a file takes what the rule of the row takes.</summary>
public sealed class SettingReadersTests
{
    private static readonly EndpointSettings Endpoint = new() { Id = new EndpointId("x"), Url = new Uri("wss://a") };

    public static TheoryData<string> Settings => [.. EndpointSetting.All.Select(setting => setting.Key)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void The_row_of_a_setting_leads_to_a_reader(string key)
    {
        var setting = EndpointSetting.All.Single(setting => setting.Key == key);

        Assert.Same(setting, setting.Accept(new SettingReaders.Keys<EndpointSettings>()).Setting);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_file_takes_a_plain_value_when_the_rule_of_its_setting_does(string key)
    {
        var setting = EndpointSetting.All.Single(setting => setting.Key == key);

        Assert.All(setting.Accept(new Candidates()), endpoint => Assert.Equal(setting.Reject(endpoint) is null, IsTaken(key, endpoint)));
    }

    [Fact]
    public void A_row_whose_type_does_not_say_all_needs_a_rule()
    {
        var setting = new Setting<EndpointSettings, TimeSpan>(
            "timeouts.idle", ChangeEffect.Live, endpoint => endpoint.Timeouts.Close, (endpoint, _) => endpoint);

        var thrown = Assert.Throws<InvalidOperationException>(() => SettingReaders.Of(setting));

        Assert.Equal(
            "timeouts.idle takes every TimeSpan, which no file can spell: give its row a rule of ValueRules, or SettingReaders a reader of "
                + "that type",
            thrown.Message);
    }

    [Fact]
    public void A_rule_that_no_file_can_spell_is_told()
    {
        var setting = new Setting<EndpointSettings, ValueList<Rate>>(
            "rates", ChangeEffect.Live, ValueRules.Each(ValueRules.PositiveRate), _ => [], (endpoint, _) => endpoint);

        var thrown = Assert.Throws<InvalidOperationException>(() => SettingReaders.Of(setting));

        Assert.Equal("rates has the rule EachOf<Rate>, for which SettingReaders has no reader", thrown.Message);
    }

    private static bool IsTaken(string key, EndpointSettings endpoint)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
            EndpointSchema.Shape.Find(key.Split('.'))!.Write(writer, endpoint, asWritten: true);
        var value = Encoding.UTF8.GetString(json.ToArray());
        var errors = ConfigurationLoader
            .LoadText($"actor-heartbeat.endpoints.x {{ url = \"wss://a\", {key} = {value} }}", "text", _ => null)
            .Errors;
        return !errors.Any(error => error.Message.StartsWith("found ", StringComparison.Ordinal));
    }

    /// <summary>An endpoint for each value that is at the edge of some rule.</summary>
    private sealed class Candidates : ISettingVisitor<EndpointSettings, EndpointSettings[]>
    {
        public EndpointSettings[] Visit<TValue>(Setting<EndpointSettings, TValue> setting)
        {
            object?[] values = setting switch
            {
                Setting<EndpointSettings, TimeSpan> => [TimeSpan.FromTicks(-1), TimeSpan.Zero, TimeSpan.FromTicks(1)],
                Setting<EndpointSettings, TimeSpan?> => [null, TimeSpan.FromTicks(-1), TimeSpan.Zero, TimeSpan.FromTicks(1)],
                Setting<EndpointSettings, int> => [-1, 0, 1, 999, 1000, 1004, 1007, 1015, 3000, 4999, 5000],
                Setting<EndpointSettings, int?> => [null, -1, 0, 1],
                Setting<EndpointSettings, double> => [-1.0, 0.0, 0.99, 1.0, 1000.0, 1001.0],
                Setting<EndpointSettings, Rate?> => [null, new Rate(0, TimeSpan.FromSeconds(1)), new Rate(1, TimeSpan.FromMinutes(1))],
                Setting<EndpointSettings, string?> => [setting.Get(Endpoint), "", "a"],
                _ => [setting.Get(Endpoint)],
            };
            return Array.ConvertAll(values, value => setting.With(Endpoint, (TValue)value!));
        }
    }
}
