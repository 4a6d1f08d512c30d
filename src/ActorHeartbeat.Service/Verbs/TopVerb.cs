using System.CommandLine;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;
using Spectre.Console;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>The table of <c>status</c>, live: it asks again and again, and goes on when a service that was gone is back.</summary>
internal static class TopVerb
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), LongestInterval = TimeSpan.FromSeconds(2);

    /// <summary>A service without an answer after this time is shown as gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>A large service is asked less often, so that it spends one part in so many of its time on us, up to a bound.</summary>
    private const int Share = 10;

    public static Command Create(Terminal terminal)
    {
        var (targets, select) = (Inputs.Targets("Endpoints by id or by label; all when not given"), Inputs.Select());
        var url = Inputs.Service();
        var verb = new Command("top", "Show the table of status live, in a terminal; q or Ctrl-C leaves") { targets, select, url };
        Inputs.CheckTargets(verb, targets, select, mayBeNone: true);
        verb.SetAction(async (parsed, stop) =>
        {
            var console = parsed.InvocationConfiguration;
            if (!terminal.IsTerminal)
            {
                await console.Error.WriteLineAsync("top needs a terminal; status prints the same once");
                return ExitCode.Usage;
            }
            var service = parsed.GetValue(url) ?? Inputs.DefaultService;
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop);
            using var api = new ServiceApi(service, Patience);
            var newest = new Newest(new TopScreen(
                null,
                TimeProvider.System.GetUtcNow(),
                null,
                service.OriginalString,
                (word, id) => ExplainVerb.TypedFor(id, parsed.GetValue(url))(word)));
            var asking = Ask(api, Inputs.SelectionOf(parsed, targets, select), newest, leave.Token);
            await Show(console.Output, terminal, newest, leave);
            await asking;
            return newest.Screen.Endpoints is null ? ExitCode.Runtime : ExitCode.Good;
        });
        return verb;
    }

    /// <summary>Draws until the user leaves.</summary>
    private static async Task Show(TextWriter output, Terminal terminal, Newest newest, CancellationTokenSource leave)
    {
        var size = terminal.Size();
        while (!leave.IsCancellationRequested)
        {
            var console = Screen.Console(output, terminal, hasMovement: true);
            console.Clear();
            console.Cursor.Hide();
            size = terminal.Size();
            await console.Live(Draw(newest, size)).Overflow(VerticalOverflow.Crop).AutoClear(true).StartAsync(async live =>
            {
                while (!leave.IsCancellationRequested && terminal.Size() == size)
                {
                    if (terminal.Key() is 'q' or 'Q' or '\x03' or '\x1b')
                        await leave.CancelAsync();
                    live.UpdateTarget(Draw(newest, size));
                    // A bare delay of a verb: the next frame.
                    await Task.Delay(Frame, TimeProvider.System, leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });
            console.Cursor.Show();
        }
    }

    private static Spectre.Console.Rendering.IRenderable Draw(Newest newest, (int Width, int Height) size) =>
        newest.Screen.Render(size.Width, size.Height, TimeProvider.System.GetUtcNow() + newest.Skew);

    /// <summary>Asks until the user leaves.</summary>
    private static async Task Ask(ServiceApi api, Selection selection, Newest newest, CancellationToken leave)
    {
        while (!leave.IsCancellationRequested)
        {
            var begun = TimeProvider.System.GetTimestamp();
            try
            {
                var fleet = await api.Endpoints(leave);
                var (chosen, _) = selection.Of([.. fleet.Endpoints.Select(each => each.View)], each => each);
                newest.Take(chosen, fleet.At);
            }
            catch (ServiceProblem problem)
            {
                newest.Screen = newest.Screen with { Problem = problem.Message };
            }
            catch (OperationCanceledException)
            {
                return; // the user leaves
            }
            var fair = TimeProvider.System.GetElapsedTime(begun) * Share;
            var interval = fair < Interval ? Interval : fair > LongestInterval ? LongestInterval : fair;
            // A bare delay of a verb: the next question.
            await Task.Delay(interval, TimeProvider.System, leave).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The newest answer, which one task writes and another draws.</summary>
    private sealed class Newest(TopScreen screen)
    {
        private TopScreen _screen = screen;

        public TopScreen Screen
        {
            get => Volatile.Read(ref _screen);
            set => Volatile.Write(ref _screen, value);
        }

        /// <summary>How far the clock of the service is before ours.</summary>
        public TimeSpan Skew { get; private set; }

        public void Take(IReadOnlyList<EndpointView> endpoints, DateTimeOffset at)
        {
            Skew = at - TimeProvider.System.GetUtcNow();
            Screen = Screen with { Endpoints = endpoints, At = at, Problem = null };
        }
    }
}
