using System.Reflection;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

public sealed class EndpointChangeTests
{
    private static readonly EndpointSettings Endpoint = new() { Id = new EndpointId("x"), Url = new Uri("wss://feed.example.com/ws") };

    [Fact]
    public void Every_property_of_an_endpoint_has_a_key_of_the_same_name()
    {
        string[] others = ["id", "codec"]; // the key decode has the codec too
        var properties = Leaves(typeof(EndpointSettings), "").Except(others).Order(StringComparer.Ordinal);

        var keys = EndpointSetting.All.Select(setting => setting.Key).Order(StringComparer.Ordinal);

        Assert.Equal(properties, keys);
    }

    [Fact]
    public void Equal_content_is_no_change()
    {
        var again = Endpoint with { Labels = new ValueMap<string>([new("venue", "a")]), OnClose = [OutboundMessage.Text("stop")] };

        var change = EndpointChange.Between(
            again,
            again with
            {
                Labels = new ValueMap<string>([new("venue", "a")]),
                OnClose = [OutboundMessage.Text("stop")],
            });

        Assert.Same(EndpointChange.None, change);
    }

    [Fact]
    public void The_strongest_effect_wins_and_every_changed_key_is_named()
    {
        var changed = Endpoint with
        {
            Url = new Uri("wss://other.example.com/ws"),
            Backoff = Endpoint.Backoff with { Max = TimeSpan.FromMinutes(1) },
            CloseCode = 4000,
        };

        var change = EndpointChange.Between(Endpoint, changed);

        Assert.Equal(ChangeEffect.Reconnect, change.Effect);
        Assert.Equal(["url", "backoff.max", "close-code"], change.Keys);
    }

    [Fact]
    public void A_message_that_names_another_secret_needs_a_new_connection_and_one_that_names_the_same_does_not()
    {
        var login = Endpoint with { OnClose = [MessageTemplate.Text("bye @{env.A}")] };

        var same = EndpointChange.Between(login, login with { OnClose = [MessageTemplate.Text("goodbye @{env.A}")] });
        var another = EndpointChange.Between(login, login with { OnClose = [MessageTemplate.Text("bye @{env.B}")] });
        var none = EndpointChange.Between(login, login with { OnClose = [OutboundMessage.Text("bye")] });

        Assert.Equal((ChangeEffect.Live, ChangeEffect.Reconnect, ChangeEffect.Live), (same.Effect, another.Effect, none.Effect));
    }

    [Fact]
    public void Two_ids_are_not_compared()
    {
        var other = Endpoint with { Id = new EndpointId("y") };

        Assert.Throws<ArgumentException>(() => EndpointChange.Between(Endpoint, other));
    }

    // Descends into the settings records that group keys. Records that are one value (flap, max-age, proxy ...) count as leaves.
    private static IEnumerable<string> Leaves(Type type, string prefix)
    {
        Type[] groups =
        [
            typeof(TimeoutSettings),
            typeof(FailoverSettings),
            typeof(BackoffSettings),
            typeof(HeartbeatSettings),
            typeof(RotateSettings),
            typeof(LimitSettings),
            typeof(OutcomeSettings),
            typeof(SendSettings),
            typeof(FramingSettings),
            typeof(TlsSettings),
            typeof(TcpSettings),
        ];
        return type.GetProperties()
            .Where(property => property.GetMethod is { IsPublic: true, IsStatic: false })
            .SelectMany(property =>
                groups.Contains(property.PropertyType)
                    ? Leaves(property.PropertyType, prefix + (IsBesideItsKeys(property) ? "" : $"{Kebab(property.Name)}."))
                    : [prefix + Kebab(property.Name)]);
    }

    private static bool IsBesideItsKeys(PropertyInfo property) => property.PropertyType == typeof(FramingSettings);

    private static string Kebab(string name) =>
        string.Concat(
            name.Select((letter, index) => char.IsUpper(letter) ? (index > 0 ? "-" : "") + char.ToLowerInvariant(letter) : $"{letter}"));
}
