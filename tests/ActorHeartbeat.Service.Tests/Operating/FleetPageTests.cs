using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Tests.Operating;

/// <summary>What status and top show, as text of a screen.</summary>
public sealed class FleetPageTests
{
    private static readonly EndpointView[] Mixed =
    [
        Fleet.Open("calm"), Fleet.Paused("resting"), Fleet.Down("recent", 42), Fleet.Down("old", 4000), Fleet.Failed("given-up"),
        Fleet.Unserved("keyless"), Fleet.Open("shaky", attempt: 3) with { LastClose = Fleet.Refused },
    ];

    [Fact]
    public void A_narrow_table_has_the_worst_first_and_cuts_the_reason()
    {
        Assert.Equal(
            """
            7 endpoints  1 failed  2 backing-off  3 open  1 paused  1 down for over 5 min
            ENDPOINT  STATE        FOR    NEXT TRY  WHY
            given-up  failed       42s              HTTP 500 Internal Server Error; body: no
            old       backing-off  1h06m  in 9s     HTTP 500 Internal Server Error; body: no
            recent    backing-off  42s    in 9s     HTTP 500 Internal Server Error; body: no
            keyless   open         2m05s            2 of 5 keys are not served: subscriptio…
            shaky     open         2m05s            unsteady, ended before: HTTP 500 Intern…
            resting   paused       1d02h            paused or closed by an operator, or not…
            calm      open         2m05s

            """,
            Text(new FleetPage(Standing.WorstFirst(Mixed), Fleet.Now), 80, int.MaxValue));
    }

    [Fact]
    public void A_wide_table_has_figures_too()
    {
        var lines = Text(new FleetPage(Standing.WorstFirst(Mixed), Fleet.Now), 200, 60).Split('\n');

        Assert.Equal("ENDPOINT  STATE        FOR    NEXT TRY  TRY  ROUND TRIP  MESSAGES  LAST  WHY", lines[1]);
        Assert.Equal(
            "old       backing-off  1h06m  in 9s     4                0               HTTP 500 Internal Server Error; body: no", lines[3]);
        Assert.Equal("calm      open         2m05s                 1.5 ms      7         2s", lines[8]);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(200, 60)]
    [InlineData(40, 10)]
    public void Top_fits_the_screen_and_counts_what_it_leaves_out(int width, int height)
    {
        EndpointView[] many =
        [
            .. Enumerable.Range(0, 500)
                .Select(n => n % 5 == 0 ? Fleet.Down($"down-{n:000}", n + 1) : Fleet.Open($"open-{n:000}")),
        ];

        var screen = Top(many, null, width, height);

        var lines = screen.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length <= height - 1, $"{lines.Length} lines\n{screen}");
        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        Assert.StartsWith("500 endpoints  100 backing-off  400 open", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("down-495", lines[3], StringComparison.Ordinal);
        var rows = lines.Skip(3).TakeWhile(line => line.StartsWith("down-", StringComparison.Ordinal)).Count();
        Assert.Contains($"and {500 - rows} more", lines);
    }

    [Fact]
    public void Top_says_of_the_worst_since_when_why_and_what_brings_it_back()
    {
        Assert.Contains(
            """

            old: down since 10:53:20Z; attempt 4 in 9s, at 12:00:09Z
              why   HTTP 500 Internal Server Error; body: no
              back  by itself when a try succeeds; at once: actorheartbeat refresh old

            """,
            Top([Fleet.Open("calm"), Fleet.Down("old", 4000)], null, 80, 24),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Top_cuts_no_command()
    {
        Assert.Contains(
            """

            old: down since 10:53:20Z; attempt 4 in 9s, at 12:00:09Z
              why   HTTP 500 Internal Server Error; body: no
              back  by itself when a try succeeds; at once:
              actorheartbeat refresh old --url http://127.0.0.1:8080/feeds

            """,
            Top([Fleet.Open("calm"), Fleet.Down("old", 4000)], null, 80, 24, url: " --url http://127.0.0.1:8080/feeds"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Top_says_that_what_it_shows_is_old_when_the_service_is_gone()
    {
        var screen = Top([Fleet.Open("calm")], "http://s: no answer: Connection refused", 80, 24, age: 7);

        Assert.StartsWith(
            "DISCONNECTED  this is 7s old; asking on  http://s: no answer: Connection refused\n1 endpoint  1 open\n",
            screen,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Top_says_that_there_is_no_service_yet()
    {
        Assert.StartsWith("DISCONNECTED  http://s: no answer", Top(null, "http://s: no answer", 80, 24), StringComparison.Ordinal);
        Assert.StartsWith("http://s: asking", Top(null, null, 80, 24), StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_come_only_where_the_terminal_has_them()
    {
        var page = new FleetPage(Standing.WorstFirst(Mixed), Fleet.Now).Render(80, 24);

        Assert.DoesNotContain('\e', Screen.Text(Fleet.Of(80, 24), page));
        Assert.Contains("\e[", Screen.Text(Fleet.Of(80, 24) with { HasColours = true }, page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, "xterm", true)]
    [InlineData(true, "", "xterm", true)]
    [InlineData(true, "1", "xterm", false)]
    [InlineData(true, null, "dumb", false)]
    [InlineData(false, null, "xterm", false)]
    public void A_pipe_a_dumb_terminal_and_NO_COLOR_take_none(bool isTerminal, string? noColour, string term, bool expected)
    {
        Assert.Equal(expected, Terminal.TakesColours(isTerminal, name => name == "NO_COLOR" ? noColour : term));
    }

    [Fact]
    public void What_a_peer_says_moves_no_cursor()
    {
        var hostile = Fleet.Down("a") with { LastClose = Fleet.Refused with { Detail = "bye\e[2J\r\nopen\u202e" } };

        var text = Text(new FleetPage(Standing.WorstFirst([hostile]), Fleet.Now), 200, 60);

        Assert.Contains("""bye\x1b[2J\r\nopen\u202e""", text, StringComparison.Ordinal);
    }

    private static string Text(FleetPage page, int width, int height) => Screen.Text(Fleet.Of(width, height), page.Render(width, height));

    private static string Top(EndpointView[]? endpoints, string? problem, int width, int height, int age = 0, string url = "")
    {
        var screen = new TopScreen(
            endpoints, Fleet.Now - TimeSpan.FromSeconds(age), problem, "http://s", (verb, id) => Fleet.Typed(verb, id) + url);
        return Screen.Text(Fleet.Of(width, height), screen.Render(width, height, Fleet.Now));
    }
}
