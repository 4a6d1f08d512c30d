using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>Keys: their form, the verb that makes them, and what a request without the right one is told.</summary>
public sealed class KeyTests(GuardedService guarded) : IClassFixture<GuardedService>
{
    [Fact]
    public void A_service_that_has_asked_for_keys_asks_on_when_a_reload_takes_all_away()
    {
        var key = new AccessKeySettings { Role = AccessRole.Read, Hash = AccessKey.Spell(AccessKey.HashOf(AccessKey.New())) };
        var access = new AccessControl(new HttpSettings(), TimeProvider.System);
        Assert.False(access.AsksForKeys);

        access.Apply(new AccessSettings { Keys = new([KeyValuePair.Create("desk", key)]) });
        access.Apply(new AccessSettings());

        Assert.True(access.AsksForKeys);
    }

    [Fact]
    public async Task The_verb_prints_a_key_once_and_the_lines_that_accept_it()
    {
        var output = new StringWriter();

        Assert.Equal(0, await CommandLine.Run(["key", "new", "--role", "operate", "--name", "desk"], output, TextWriter.Null, default));

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var block = string.Join('\n', lines.SkipWhile(line => !line.StartsWith("actor-heartbeat", StringComparison.Ordinal)));
        var settings = ActorHeartbeat.Configuration.Loading.ConfigurationLoader.LoadText(block).OrThrow().Process.Http;
        Assert.True(AccessKey.IsWellFormed(lines[0]));
        Assert.DoesNotContain(lines[0], block, StringComparison.Ordinal);
        Assert.Equal(new Caller("desk", Proof.Key, AccessRole.Operate), new AccessControl(settings, TimeProvider.System).OfKey(lines[0]));
    }

    [Fact]
    public void Every_key_is_another()
    {
        Assert.Equal(100, Enumerable.Range(0, 100).Select(_ => AccessKey.New()).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("key")]
    [InlineData("key", "new", "--role", "root")]
    [InlineData("key", "new", "--name", "two words")]
    public async Task A_wrong_command_line_makes_no_key(params string[] args)
    {
        var output = new StringWriter();

        Assert.Equal(2, await CommandLine.Run(args, output, TextWriter.Null, default));

        Assert.DoesNotContain("ahb_", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("")]
    [InlineData("ahb_")]
    [InlineData("ahb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ")]
    [InlineData("ahc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_word_is_no_key_even_where_the_configuration_has_its_hash(string word)
    {
        var keys = new Dictionary<string, AccessKeySettings>(StringComparer.Ordinal)
        {
            ["word"] = new() { Hash = AccessKey.Spell(AccessKey.HashOf(word)), Role = AccessRole.Admin },
        };
        var access = new AccessControl(new HttpSettings { Access = new AccessSettings { Keys = new(keys) } }, TimeProvider.System);

        Assert.Null(access.OfKey(word));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer hunter2")]
    [InlineData("Basic b3BzOmh1bnRlcjI=")]
    [InlineData("Bearer ahb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_request_without_the_right_key_is_told_how_to_send_one(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/endpoints");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await guarded.Service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer realm=\"actorheartbeat\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains("Authorization: Bearer KEY", problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_the_query_is_no_key()
    {
        Assert.Equal(401, await Status("GET", $"/v1/endpoints?key={GuardedService.Admin}&access_token={GuardedService.Admin}", null));
    }

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/endpoints/unknown")]
    [InlineData("/console/hub")]
    public async Task A_stranger_does_not_learn_what_there_is(string path)
    {
        Assert.Equal(401, await Status("GET", path, null));
        Assert.Equal(404, await Status("GET", path, GuardedService.Reader));
    }

    [Fact]
    public async Task A_role_that_is_too_low_is_told_which_is_needed()
    {
        using var answer = await guarded.Service.Client.SendAsync(
            GuardedService.Request("POST", "/v1/config/reload", GuardedService.Operator));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            "operator has the role operate, and POST /v1/config/reload needs admin",
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task The_configuration_page_shows_no_hash()
    {
        using var answer = await guarded.Service.Client.SendAsync(GuardedService.Request("GET", "/v1/config", GuardedService.Reader));
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Contains("\"operator\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain(AccessKey.Spell(AccessKey.HashOf(GuardedService.Operator)), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_keys_everybody_on_loopback_may_do_everything()
    {
        await using var open = await RunningService.Start();

        Assert.Equal(200, await GuardedService.StatusOf(open, GuardedService.Request("POST", "/v1/config/reload", null)));
        Assert.Equal(404, await GuardedService.StatusOf(open, GuardedService.Request("GET", "/sign-in", null)));
    }

    [Fact]
    public async Task Keys_come_and_go_with_the_configuration_while_the_service_runs()
    {
        var (first, second) = (AccessKey.New(), AccessKey.New());
        await using var service = await RunningService.Start(
            beside: $"actor-heartbeat.http.access.keys {{ {GuardedService.Line("first", "admin", first)} }}");
        var text = await File.ReadAllTextAsync(service.File);
        await File.WriteAllTextAsync(service.File, text.Replace(
            GuardedService.Line("first", "admin", first), GuardedService.Line("second", "read", second), StringComparison.Ordinal));

        Assert.Equal(401, await GuardedService.StatusOf(service, GuardedService.Request("GET", "/v1/endpoints", second)));
        Assert.Equal(200, await GuardedService.StatusOf(service, GuardedService.Request("POST", "/v1/config/reload", first)));

        Assert.Equal(200, await GuardedService.StatusOf(service, GuardedService.Request("GET", "/v1/endpoints", second)));
        Assert.Equal(403, await GuardedService.StatusOf(service, GuardedService.Request("POST", "/v1/config/reload", second)));
        Assert.Equal(401, await GuardedService.StatusOf(service, GuardedService.Request("GET", "/v1/endpoints", first)));
    }

    [Fact]
    public void A_reload_that_takes_all_keys_away_opens_no_address_that_others_reach()
    {
        var key = AccessKey.New();
        var keys = new Dictionary<string, AccessKeySettings>(StringComparer.Ordinal)
        {
            ["ops"] = new() { Hash = AccessKey.Spell(AccessKey.HashOf(key)) },
        };
        var access = new AccessControl(
            new HttpSettings { Listen = new("0.0.0.0", 8080), Access = new AccessSettings { Keys = new(keys) } }, TimeProvider.System);

        access.Apply(new AccessSettings());

        Assert.True(access.AsksForKeys);
        Assert.Null(access.OfKey(key));
    }

    private Task<int> Status(string method, string path, string? key) =>
        GuardedService.StatusOf(guarded.Service, GuardedService.Request(method, path, key));
}
