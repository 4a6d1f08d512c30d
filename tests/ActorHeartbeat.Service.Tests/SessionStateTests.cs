using System.Text.Json;

namespace ActorHeartbeat.Service.Tests;

/// <summary>A service that is started again with its database.</summary>
public sealed class SessionStateTests
{
    private const string Canary = "Kanarienvogel";

    [Fact]
    public async Task A_session_goes_on_over_a_restart_and_one_with_a_secret_is_never_in_the_database()
    {
        var directory = Directory.CreateTempSubdirectory("sessions-");
        var file = Path.Combine(directory.FullName, "state.db");
        await using (var first = await Start(file))
        {
            await first.WaitFor("kept", "open");
            await first.WaitFor("secret", "open");
            await first.StopHost();
        }
        Assert.Equal(["state.db"], directory.GetFiles().Select(kept => kept.Name)); // its log and its lock are gone
        var saved = await File.ReadAllTextAsync(file);
        Assert.Contains("\"content\":\"abc\"", saved, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, saved, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);

        await using (var second = await Start(file))
        {
            var kept = await second.WaitFor("kept", "open");
            Assert.Equal(JsonValueKind.Null, kept.GetProperty("lastClose").ValueKind);
            using var tried = await second.Client.GetAsync("/v1/endpoints/kept/explain");
            Assert.Contains("incarnation 1", await tried.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            await second.WaitFor("secret", "open");
            Assert.Equal(2, kept.GetProperty("messages").GetProperty("out").GetInt32()); // the second service resumes with two messages
            await second.StopHost();
        }

        Assert.Contains("\"content\":\"abc\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        directory.Delete(recursive: true);
    }

    private static Task<RunningService> Start(string file) => RunningService.Start(
        feeds => $"{Endpoint("kept", feeds, "abc", "[]")}\n{Endpoint("secret", feeds, Canary, "[session.id]")}",
        $"actor-heartbeat.state.path = \"{file}\"");

    private static string Endpoint(string id, TestKit.FeedServer feeds, string session, string secrets) => $$"""
        {{id}} {
          url = "{{feeds.UrlOf(TestKit.FeedPath.Echo, id)}}"
          secrets = {{secrets}}
          on-open = [
            { when = session.id, send { op = again, id = "@{session.id}" }, expect { "/op" = again, "/id" = {{session}} } }
            { when = session.id, send { op = resume }, expect { "/op" = resume }, resumed = on }
            { unless = session.id, send { op = login, id = {{session}} }, expect { "/op" = login }, capture { session.id = "/id" } }
          ]
        }
        """;
}
