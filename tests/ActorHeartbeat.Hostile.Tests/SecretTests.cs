using System.Text;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Secrets that a configuration holds are in nothing that the service shows.</summary>
public sealed class SecretTests
{
    /// <summary>
    /// A place for a secret: an endpoint in HOCON with <c>@secret@</c>, and <c>@url@</c> for a URL that accepts. A place that must not show
    /// its secret is one more row.
    /// </summary>
    private static readonly (string What, string Endpoint)[] Places =
    [
        ("the value of a header", "{ url = \"@url@\", headers.X-Plain = \"@secret@\" }"),
        ("the value of Authorization", "{ url = \"@url@\", headers.Authorization = \"Bearer @secret@\" }"),
        ("the query of a URL", "{ url = \"@url@&token=@secret@\" }"),
        ("the user info of a proxy", "{ url = \"@url@\", proxy = \"http://user:@secret@@127.0.0.1:1\" }"),
    ];

    /// <summary>Places whose secret makes the configuration wrong: the error must not tell it.</summary>
    private static readonly (string What, string Endpoint)[] WrongPlaces =
    [
        ("the user info of a URL", "{ url = \"ws://user:@secret@@127.0.0.1:1/\" }"),
        ("a URL that is none", "{ url = \"ws://user:@secret@@:x:/\" }"),
        ("a header with a wrong name", "{ url = \"ws://h/\", headers.\"X Y\" = \"@secret@\" }"),
        ("a header value with a line end", "{ url = \"ws://h/\", headers.X = \"@secret@\\n\" }"),
    ];

    /// <summary>Everything that shows the configuration or an endpoint.</summary>
    private static readonly string[] Pages =
        ["/v1/config", "/v1/endpoints", "/v1/endpoints/place-{0}", "/v1/endpoints/place-{0}/explain", "/v1/process", "/v1/sinks"];

    [Fact]
    public async Task A_secret_is_in_no_page_no_verb_and_no_line()
    {
        await using var scene = await Scene.StartAsync(EndpointsOf, _ => "actor-heartbeat.log.level = trace");
        await scene.Server.WaitUntilAsync(server => server.History("place-0").Accepts > 0, EndToEnd.Tests.ServiceProcess.Patience);
        var show = await Verb.RunAsync("show", scene.File.FullName);
        var json = await Verb.RunAsync("show", scene.File.FullName, "--format", "json");
        scene.File.Save(scene.Configuration(EndpointsOf(scene).Replace("url =", "rul =", StringComparison.Ordinal)));
        var check = await Verb.RunAsync("check", scene.File.FullName);
        Assert.Equal(0, show.ExitCode);
        Assert.Equal(1, check.ExitCode);

        await Try.AllAsync(Places.Select((place, number) => new Try(
            Kind.Secrets, $"a secret in {place.What}", "in no page, show, error of check, or line of the log at level trace", async () =>
            {
                var shown = new StringBuilder(show.Text).Append(json.Text).Append(check.Text);
                foreach (var page in Pages)
                    shown.Append(await scene.Service.GetAsync(string.Format(null, page, number)));
                await scene.Service.PostAsync("/v1/config/reload");
                shown.AppendJoin('\n', scene.Service.Lines);
                Assert.DoesNotContain(Secret(number), shown.ToString(), StringComparison.Ordinal);
                return $"in none of {shown.Length} characters";
            })));
    }

    [Fact]
    public async Task A_secret_at_a_wrong_place_is_in_no_error()
    {
        await using var scene = await Scene.StartAsync();

        await Try.AllAsync(WrongPlaces.Select((place, number) => new Try(
            Kind.Secrets, $"a secret in {place.What}", "refused, and in no error of check, run or a reload", async () =>
            {
                var endpoint = place.Endpoint.Replace("@secret@", Secret(number), StringComparison.Ordinal);
                scene.File.Save(scene.Configuration($"wrong {endpoint}"));
                var check = await Verb.RunAsync("check", scene.File.FullName);
                var run = await Verb.RunAsync("run", scene.File.FullName);
                var reload = (await scene.Service.PostAsync("/v1/config/reload")).ToString();
                Assert.Equal((1, 1), (check.ExitCode, run.ExitCode));
                var shown = $"{check.Text}\n{run.Text}\n{reload}\n{await scene.Service.GetAsync("/v1/config")}\n"
                    + string.Join('\n', scene.Service.Lines);
                Assert.DoesNotContain(Secret(number), shown, StringComparison.Ordinal);
                return check.Text.Replace(scene.File.Folder, "", StringComparison.Ordinal);
            })));
    }

    private static string EndpointsOf(Scene scene) => string.Join('\n', Places.Select((place, number) =>
    {
        var url = scene.Server.UrlOf(FeedPath.Quiet, $"place-{number}");
        return $"place-{number} " + place.Endpoint
            .Replace("@url@", $"{url}", StringComparison.Ordinal)
            .Replace("@secret@", Secret(number), StringComparison.Ordinal);
    }));

    private static string Secret(int number) => $"5ecret-{number}-Zq8";
}
