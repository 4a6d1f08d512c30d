using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Endpoints;

public sealed class ShownUrlTests
{
    [Theory]
    [InlineData("wss://host:9443/a/b?c=d", "wss://host:9443", "wss://host:9443/a/b", "wss://host:9443/***/***?***")]
    [InlineData("wss://host", "wss://host", "wss://host/", "wss://host")]
    [InlineData("wss://host/", "wss://host", "wss://host/", "wss://host/")]
    [InlineData("wss://host?a", "wss://host", "wss://host/", "wss://host?***")]
    [InlineData("wss://host/a//?", "wss://host", "wss://host/a//", "wss://host/***//?***")]
    [InlineData("http://u:p@host:3128/a", "http://host:3128", "http://host:3128/a", "http://***@host:3128/***")]
    [InlineData("http://u:p%40q@[::1]:3128", "http://[::1]:3128", "http://[::1]:3128/", "http://***@[::1]:3128")]
    [InlineData("http://host/a@b?c@d", "http://host", "http://host/a@b", "http://host/***?***")]
    public void A_URL_shows_its_path_only_where_asked_for_and_never_its_user(string url, string hidden, string shown, string shape)
    {
        var settings = new EndpointSettings { Id = new EndpointId("x"), Url = new Uri(url) };

        Assert.Equal(hidden, ShownUrl.Of(settings.Url, settings));
        Assert.Equal(shown, ShownUrl.Of(settings.Url, settings with { ShowMessages = true }));
        Assert.Equal(shape, ShownUrl.Shape(settings.Url));
        Assert.DoesNotContain("u:p", ShownUrl.WithoutUser(settings.Url), StringComparison.Ordinal);
    }
}
