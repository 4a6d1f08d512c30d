using System.Runtime.CompilerServices;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Tests.Connections.Transcripts;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>
/// Checks that the actor does what the tables of <c>transitions.md</c> say. Each row is
/// played as a story in each of its states, and the observed effect is compared with the row.
/// </summary>
public sealed class TransitionTableTests() : Akka.TestKit.Xunit2.TestKit(Story.Configuration)
{
    private static readonly string[] States = ["BackingOff", "Connecting", "Open", "AwaitingPong"];

    [Fact]
    public void Every_row_happens_as_it_says()
    {
        var said = Rows().SelectMany(row => StatesOf(row.Section).Select(row.In)).ToList();

        var happened = TransitionStories.All.SelectMany(row => StatesOf(row.Section).Select(state => Happened(state, row))).ToList();

        string[] differences =
            [.. said.Except(happened).Select(row => $"said:     {row}"), .. happened.Except(said).Select(row => $"happened: {row}")];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
        Assert.Equal((said.Count, said.Count), (happened.Count, said.Distinct().Count()));
    }

    [Fact]
    public void Every_state_has_a_row_for_every_event()
    {
        var rows = Rows().SelectMany(row => StatesOf(row.Section).Select(state => (state, row.Event))).ToHashSet();
        var messages = StoryMessages.Events.Where(each => !IsOfASocket(each.Value) || each.Key == "stale").Select(each => each.Key);
        var ofSockets = StoryMessages.Events.Where(each => IsOfASocket(each.Value)).Select(each => each.Key);
        var expected = States.SelectMany(state => messages.Append(Timer(state)).Select(name => (state, name)))
            // An open connection has no dial.
            .Concat(
                States.SelectMany(state => ofSockets
                    .Where(name => state is "BackingOff" or "Connecting" || !name.StartsWith("dial", StringComparison.Ordinal))
                    .Select(name => (state, name))));

        Assert.Equal([], expected.Except(rows).Order());
    }

    [Fact]
    public void Every_event_that_the_machine_knows_has_a_name_in_the_tables()
    {
        var known = typeof(ConnectionEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ConnectionEvent)));

        Assert.Equal([], known.Except(StoryMessages.Events.Values).Select(type => type.Name));
    }

    /// <summary>Plays a row and formats the observed result as a row.</summary>
    private string Happened(string state, (string Section, string Event, string Guard, string Story) row)
    {
        using var story = new Story(Sys, CreateTestProbe());
        var lines = row.Story.Replace("@", TransitionStories.LeadingTo(state), StringComparison.Ordinal).Split("; ");
        foreach (var line in lines[..^1])
            story.Play(line);
        var moment = story.Play(lines[^1])!;
        var from = moment.From!;
        Assert.True(moment.Transitions <= 1, $"{state}, {row.Story}: one line makes one transition");
        Assert.Equal(moment.To.State == StoryView.Stopped ? [] : [Timer(moment.To.State)], moment.To.Timers);
        Assert.Equal(IsNews(from.State, moment.To.State) ? 1 : 0, moment.Verbs.Count(verb => verb == "report"));
        var happened = StoryMessages.EventOf(lines[^1]) ?? Assert.Single(from.Timers);
        var effect = string
            .Join(", ", moment.Verbs.Where(verb => verb != "report"))
            .Replace("leave the queue, return the permit, release the connection", "withdraw the request", StringComparison.Ordinal);
        return $"{from.State} {new Row(row.Section, happened, row.Guard, moment.Made, effect)}";
    }

    private static bool IsNews(string from, string to) =>
        to != StoryView.Stopped && Public(from) != Public(to);

    private static string Public(string state) => state == "AwaitingPong" ? "Open" : state;

    private static bool IsOfASocket(Type message) => message.IsAssignableTo(typeof(ConnectionEvent));

    private static string Timer(string state) => ConnectionActor.TimerOf(Enum.Parse<ConnectionState>(state));

    private static string[] StatesOf(string section) => section == "Every state" ? States : section.Split(" and ");

    private static List<Row> Rows([CallerFilePath] string here = "")
    {
        var rows = new List<Row>();
        var section = "";
        var path = Path.Combine(Path.GetDirectoryName(here)!, "../../../src/ActorHeartbeat/Connections/transitions.md");
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                section = line[3..];
            else if (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| event", StringComparison.Ordinal))
                rows.Add(Row.Read(section, [.. line.Split('|')[1..^1].Select(cell => cell.Trim())]));
        }
        return rows;
    }

    private sealed record Row(string Section, string Event, string Guard, string Next, string Effect)
    {
        public static Row Read(string section, string[] cells) => new(section, cells[0], cells[1], cells[2], cells[3]);

        /// <summary>Formats the row for one of its states.</summary>
        public string In(string state) => $"{state} {this with { Next = Next == "same" ? state : Next }}";

        public override string ToString() => $"| {Event} | {Guard} | {Next} | {Effect} |";
    }
}
