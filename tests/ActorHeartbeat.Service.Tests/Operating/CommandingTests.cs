using System.Text.Json;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Tests.Operating;

/// <summary>The verbs that command a running service.</summary>
[Collection("key in the environment")]
public sealed class CommandingTests
{
    [Fact]
    public async Task Commands_by_id_and_by_label_reach_their_endpoints_and_no_others()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");
        await service.WaitFor("ticker", "open");

        var paused = await AskingTests.Run(service, "pause", "-l", "venue=demo", "--yes");

        Assert.Equal((0, ""), (paused.ExitCode, paused.Error));
        Assert.Equal("echo: pause: was open, is paused\nticker: pause: was open, is paused\npause: 2 of 2 endpoints\n", paused.Output);
        Assert.Equal("paused", await State(service, "echo"));
        Assert.Equal("paused", await State(service, "ticker"));
        Assert.NotEqual("paused", await State(service, "refused"));
        Assert.Equal(0, (await AskingTests.Run(service, "resume", "echo")).ExitCode);
        await service.WaitFor("echo", "open");
    }

    [Fact]
    public async Task Each_command_does_what_its_name_says()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");

        Assert.Equal("echo: sent\n", (await AskingTests.Run(service, "send", "echo", "--text", "hello")).Output);
        Assert.Equal("echo: sent\n", (await AskingTests.Run(service, "send", "echo", "--base64", "aGVsbG8=")).Output);
        await service.WaitFor("echo", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() == 2);
        Assert.Equal(0, (await AskingTests.Run(service, "rotate", "echo")).ExitCode);
        await service.WaitFor("echo", endpoint => endpoint.GetProperty("incarnation").GetInt64() == 2);
        Assert.Equal(0, (await AskingTests.Run(service, "refresh", "echo")).ExitCode);
        await service.WaitFor(
            "echo", endpoint => endpoint.GetProperty("incarnation").GetInt64() == 3 && endpoint.GetProperty("state").GetString() == "open");
        Assert.Equal(0, (await AskingTests.Run(service, "close", "echo", "--code", "4001", "--reason", "by hand")).ExitCode);
        await service.Feeds.WaitUntilAsync(feeds => feeds.History("echo").LastCloseCode == 4001, RunningService.Deadline);
    }

    [Fact]
    public async Task A_dry_run_lists_and_changes_nothing()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");

        var text = await AskingTests.Run(service, "pause", "echo", "off", "--dry-run");
        var json = await AskingTests.Run(service, "close", "-l", "*", "--dry-run", "--format", "json");

        Assert.Equal(0, text.ExitCode);
        Assert.Equal(
            "echo: would pause; it is open\noff: would pause; it is paused\nnothing was done; this would be: 2 of 2 endpoints\n",
            text.Output);
        using var parsed = JsonDocument.Parse(json.Output);
        Assert.True(parsed.RootElement.GetProperty("dryRun").GetBoolean());
        Assert.Equal(
            ["echo planned", "off planned", "refused planned", "ticker planned"],
            parsed.RootElement.GetProperty("endpoints").EnumerateArray()
                .Select(each => $"{each.GetProperty("id")} {each.GetProperty("outcome")}"));
        Assert.Equal("open", await State(service, "echo"));
    }

    [Theory]
    [InlineData(0, "pause", "echo")]
    [InlineData(2, "pause", "echo", "ticker")]
    [InlineData(5, "pause", "echo", "nobody")]
    [InlineData(6, "pause", "nobody")]
    [InlineData(6, "pause", "-l", "venue=none")]
    [InlineData(5, "send", "echo", "off", "--text", "x", "--yes")]
    [InlineData(6, "send", "off", "--text", "x")]
    [InlineData(2, "close", "echo", "--code", "1")]
    public async Task The_exit_code_says_whether_all_some_or_none_succeeded(int exitCode, params string[] args)
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");
        await service.WaitFor("ticker", "open");

        var result = await AskingTests.Run(service, args);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(exitCode == 0, result.Error.Length == 0);
        if (exitCode == 2)
            Assert.Equal("open", await State(service, "echo"));
    }

    [Theory]
    [InlineData("y", 0, "paused")]
    [InlineData("n", 6, "open")]
    [InlineData("", 6, "open")]
    [InlineData(null, 6, "open")]
    public async Task On_a_terminal_more_than_one_is_asked_for(string? answer, int exitCode, string state)
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");
        await service.WaitFor("ticker", "open");

        var result = await AskingTests.Run(new Terminal { Ask = () => answer }, service, ["pause", "echo", "ticker"]);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.StartsWith("pause 2 endpoints: echo, ticker? [y/N] ", result.Error, StringComparison.Ordinal);
        Assert.Equal(state, await State(service, "echo"));
    }

    [Fact]
    public async Task Many_are_counted_and_only_failures_are_named()
    {
        await using var service = await RunningService.Start(feeds =>
            string.Join('\n', Enumerable.Range(0, 60).Select(n => $"off-{n:00} {{ url = \"{feeds.Url}\", enabled = off }}")));

        var result = await AskingTests.Run(
            new Terminal { Ask = () => null }, service, ["pause", "-l", "*", "nobody", "--yes"]);

        Assert.Equal((5, "pause: 60 of 61 endpoints\n"), (result.ExitCode, result.Output));
        Assert.EndsWith("\rpause: 60 of 60\nnobody: there is no such endpoint\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_limits_the_rate_is_waited_for()
    {
        await using var service = await RunningService.Start(
            feeds => string.Join('\n', Enumerable.Range(0, 12).Select(n => $"off-{n:00} {{ url = \"{feeds.Url}\", enabled = off }}")),
            beside: Access.GuardedService.Keys + "actor-heartbeat.http.access.rate.operate = 8/s\n");
        Environment.SetEnvironmentVariable(Verbs.ServiceClient.KeyVariable, Access.GuardedService.Operator);
        try
        {
            Assert.Equal(0, (await AskingTests.Run(service, "pause", "-l", "*", "--yes")).ExitCode);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Verbs.ServiceClient.KeyVariable, null);
        }
    }

    private static async Task<string?> State(RunningService service, string id) =>
        (await service.Get($"/v1/endpoints/{id}")).GetProperty("state").GetString();
}
