using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Supervision;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Service.Tests;

public sealed class GovernorFileTests : IDisposable
{
    private static readonly GovernorState State = new(
        [new SavedBudget("global", 1.5), new SavedBudget("group:binance", 0)], [new SavedPause("host:h:1", TimeSpan.FromSeconds(30), "429 \"slow down\"")]);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("governor");
    private readonly SetTime _time = new();
    private readonly Complaints _log = new();

    private string FilePath => Path.Combine(_directory.FullName, "governor.json");

    private GovernorFile File => new(FilePath, _time, _log);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task What_is_saved_is_loaded_with_its_age()
    {
        await File.SaveAsync(State);
        _time.Now += TimeSpan.FromSeconds(42);

        var (state, age) = File.Load()!.Value;

        Assert.Equal(State.Budgets, state.Budgets);
        Assert.Equal(State.Pauses, state.Pauses);
        Assert.Equal(TimeSpan.FromSeconds(42), age);
        Assert.Equal([FilePath], Directory.GetFiles(_directory.FullName));
    }

    [Fact]
    public async Task A_later_save_replaces_an_earlier_one_as_a_whole()
    {
        await File.SaveAsync(State);
        await File.SaveAsync(new GovernorState([new SavedBudget("global", 7)], []));

        var state = File.Load()!.Value.State;
        Assert.Equal([new SavedBudget("global", 7)], state.Budgets);
        Assert.Empty(state.Pauses);
    }

    [Fact]
    public async Task Of_saves_that_overlap_the_last_one_called_is_kept()
    {
        const int count = 50;
        var file = File;

        await Task.WhenAll(Enumerable.Range(1, count).Select(tokens => file.SaveAsync(new GovernorState([new SavedBudget("global", tokens)], []))));

        Assert.Equal([new SavedBudget("global", count)], file.Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task A_clock_that_went_backwards_gives_nothing_away()
    {
        await File.SaveAsync(State);
        _time.Now -= TimeSpan.FromDays(1);

        Assert.Equal(TimeSpan.Zero, File.Load()!.Value.Age);
    }

    [Fact]
    public void A_first_start_finds_nothing_and_complains_of_nothing()
    {
        Assert.Null(File.Load());
        Assert.Empty(_log);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("no json")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{\"key\":\"glo")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[null],\"pauses\":[]}")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[],\"pauses\":[null]}")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{\"key\":null,\"tokens\":1}],\"pauses\":[]}")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{\"key\":\"global\",\"tokens\":-1}],\"pauses\":[]}")]
    [InlineData("{\"version\":1,\"saved-at\":\"yesterday\",\"budgets\":[],\"pauses\":[]}")]
    [InlineData("{\"version\":2,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[],\"pauses\":[]}")]
    public async Task A_damaged_file_is_said_and_ignored_and_the_next_save_replaces_it(string damaged)
    {
        await System.IO.File.WriteAllTextAsync(FilePath, damaged);

        Assert.Null(File.Load());

        Assert.StartsWith($"{FilePath}: the governor's state is ignored: ", Assert.Single(_log), StringComparison.Ordinal);
        await File.SaveAsync(State);
        Assert.NotNull(File.Load());
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using (var stream = System.IO.File.Create(FilePath))
            stream.SetLength(1L << 32);

        Assert.Null(File.Load());

        Assert.Contains("4294967296 bytes", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_crash_left_of_a_save_is_written_over()
    {
        await File.SaveAsync(State);
        await System.IO.File.WriteAllTextAsync($"{FilePath}.new", "{\"version\":1,\"sav");

        Assert.NotNull(File.Load());
        await File.SaveAsync(State);

        Assert.Equal([FilePath], Directory.GetFiles(_directory.FullName));
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_save_that_cannot_be_written_fails_and_leaves_the_file_as_it_was()
    {
        await File.SaveAsync(State);
        Directory.CreateDirectory($"{FilePath}.new");

        await Assert.ThrowsAnyAsync<Exception>(() => File.SaveAsync(new GovernorState([], [])));

        Assert.Equal(State.Budgets, File.Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task A_reason_of_any_length_makes_no_large_file()
    {
        await File.SaveAsync(new GovernorState([], [new SavedPause("host:h", TimeSpan.FromSeconds(1), new string('x', 100_000))]));

        Assert.InRange(new FileInfo(FilePath).Length, 1, 1000);
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Complaints : List<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add(formatter(state, exception));
    }
}
