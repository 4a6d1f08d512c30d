using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.Tests.Operating;

/// <summary>Help with examples, and what a shell completes.</summary>
[Collection("key in the environment")]
public sealed class CompletionTests
{
    public static TheoryData<string> Verbs => [.. CommandLine.Root(Terminal.Pipe).Subcommands.Select(verb => verb.Name)];

    public static TheoryData<string> Examples => [.. HelpWithExamples.Examples.Values.SelectMany(lines => lines).Distinct()];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task The_help_of_each_verb_ends_with_examples(string verb)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);

        Assert.Equal(0, await CommandLine.Run([verb, "--help"], output, output, CancellationToken.None));

        Assert.Contains($"\nExamples:\n  actorheartbeat {verb}", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Each_example_is_a_right_command_line(string example)
    {
        Assert.Empty(CommandLine.Root(Terminal.Pipe).Parse(example).Errors);
    }

    [Theory]
    [InlineData("expl", "explain")]
    [InlineData("status --form", "--format")]
    [InlineData("explain ref --url {url}", "refused", 11)]
    [InlineData("pause --url {url} tic", "ticker")]
    public async Task A_line_is_completed(string line, string expected, int? position = null)
    {
        await using var service = await RunningService.Start();
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        var typed = line.Replace("{url}", service.Url.ToString(), StringComparison.Ordinal);

        await CommandLine.Run([$"[suggest:{position ?? typed.Length}]", typed], output, TextWriter.Null, CancellationToken.None);

        Assert.Equal($"{expected}\n", output.ToString());
    }

    [Fact]
    public async Task Without_a_service_verbs_and_options_are_completed_all_the_same()
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);

        await CommandLine.Run(
            ["[suggest:38]", "explain --url http://127.0.0.1:1 --for"], output, TextWriter.Null, CancellationToken.None);

        Assert.Equal("--format\n", output.ToString());
    }

    [Fact]
    public async Task A_shell_is_offered_nothing_but_ids_whoever_answers()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Answer(listener, """{"endpoints":[{"id":"$(touch x)"},{"id":"echo"}]}""");
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        var typed = $"explain --url http://{listener.LocalEndpoint} ";

        await CommandLine.Run([$"[suggest:{typed.Length}]", typed], output, TextWriter.Null, CancellationToken.None);

        await answering;
        Assert.Contains("echo\n", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("touch", output.ToString(), StringComparison.Ordinal);
    }

    private static async Task Answer(TcpListener listener, string json)
    {
        using var client = await listener.AcceptTcpClientAsync().WaitAsync(RunningService.Deadline);
        var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[4096]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\nConnection: close\r\n\r\n{json}"));
    }

    [Fact]
    public async Task The_script_of_bash_completes_verbs_and_ids()
    {
        if (OperatingSystem.IsWindows())
            return;
        await using var service = await RunningService.Start();
        var script =
            $$"""
            actorheartbeat() { dotnet "{{typeof(CommandLine).Assembly.Location}}" "$@"; }
            source <(actorheartbeat completion bash) || exit 9
            complete_line() {
              COMP_LINE="$1"; COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"; COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
              _actorheartbeat; echo "${COMPREPLY[*]}"
            }
            complete_line "actorheartbeat expl"
            complete_line "actorheartbeat pause --url {{service.Url}} tic"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;

        var output = await bash.StandardOutput.ReadToEndAsync().WaitAsync(RunningService.Deadline);

        Assert.Equal("explain\nticker\n", output);
    }
}
