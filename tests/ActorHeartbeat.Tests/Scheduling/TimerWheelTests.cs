using ActorHeartbeat.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Scheduling;

/// <summary>Compares the wheel with a sorted list. A failure prints its seed and the shortest run that fails.</summary>
public sealed class TimerWheelTests
{
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(10);

    /// <summary>Spans of every size, from less than a tick to beyond the coarsest ring.</summary>
    private static readonly Gen<TimeSpan> Span =
        from bits in Gen.Choose(0, 55)
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        select TimeSpan.FromTicks((((long)high << 31) | (uint)low) & ((1L << bits) - 1));

    private static readonly Gen<Step> Steps = Gen.OneOf(
        Span.Select(delay => new Step(Act.Add, delay, 0)),
        Span.Select(delay => new Step(Act.Add, delay, 0)),
        Gen.Choose(0, 1000).Select(which => new Step(Act.Remove, default, which)),
        Span.Select(passed => new Step(Act.Pass, passed, 0)),
        Gen.Choose(0, 500).Select(milliseconds => new Step(Act.Pass, TimeSpan.FromMilliseconds(milliseconds), 0)));

    private enum Act
    {
        Add,
        Remove,
        Pass,
    }

    [Fact]
    public void A_wheel_gives_what_a_sorted_list_gives_and_never_early() =>
        Prop.ForAll(Steps.ListOf(300).ToArbitrary(), steps => Play([.. steps])).QuickCheckThrowOnFailure();

    [Fact]
    public void Looking_only_when_there_is_work_finds_every_entry_on_its_tick() =>
        Prop.ForAll(Span.ListOf(200).ToArbitrary(), spans =>
        {
            var wheel = new TimerWheel(Resolution);
            foreach (var span in spans)
                wheel.Add(new Entry { Due = span });

            List<TimeSpan> found = [];
            List<TimerEntry> due = [];
            while (wheel.NextWork is { } next)
            {
                wheel.TakeDue(next, due);
                found.AddRange(due.Select(_ => next));
                due.Clear();
            }

            Assert.Equal(spans.Select(RoundedUp).Order(), found);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_entry_from_a_coarser_ring_that_is_due_earlier_comes_out_before_one_that_was_added_late()
    {
        var wheel = new TimerWheel(Resolution);
        var early = new Entry { Due = 70 * Resolution - TimeSpan.FromTicks(2) };
        var late = new Entry { Due = 70 * Resolution - TimeSpan.FromTicks(1) };
        List<TimerEntry> due = [];
        wheel.Add(early);
        wheel.TakeDue(10 * Resolution, due);
        wheel.Add(late);

        wheel.TakeDue(70 * Resolution, due);

        Assert.Equal([early, late], due);
    }

    [Fact]
    public void An_empty_wheel_has_no_work()
    {
        var wheel = new TimerWheel(Resolution);
        var entry = new Entry { Due = TimeSpan.FromHours(1) };
        wheel.Add(entry);

        Assert.True(wheel.Remove(entry));
        Assert.False(wheel.Remove(entry));

        Assert.Null(wheel.NextWork);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void An_entry_at_the_farthest_time_is_due_only_at_the_end_of_time()
    {
        var wheel = new TimerWheel(Resolution);
        var farthest = new Entry { Due = TimerEntry.Farthest };
        List<TimerEntry> due = [];
        wheel.Add(farthest);

        wheel.TakeDue(TimeSpan.FromDays(365 * 1000), due);
        Assert.Empty(due);
        wheel.TakeDue(TimeSpan.MaxValue, due);

        Assert.Equal([farthest], due);
    }

    /// <summary>Plays the steps on the wheel and on a model, a list in the order of due times and, for equal times, of insertion.</summary>
    private static bool Play(Step[] steps)
    {
        var wheel = new TimerWheel(Resolution);
        List<Entry> model = [];
        var now = TimeSpan.Zero;
        foreach (var step in steps)
        {
            if (step.Act == Act.Add)
                Add(wheel, model, new Entry { Due = now + step.Span });
            else if (step.Act == Act.Remove && model.Count > 0)
                Assert.True(wheel.Remove(Out(model, step.Which % model.Count)));
            else if (step.Act == Act.Pass)
                Pass(wheel, model, now += step.Span);
            Assert.Equal(model.Count, wheel.Count);
        }

        return true;
    }

    private static void Add(TimerWheel wheel, List<Entry> model, Entry entry)
    {
        wheel.Add(entry);
        var behind = model.FindLastIndex(other => other.Due <= entry.Due);
        model.Insert(behind + 1, entry);
    }

    private static void Pass(TimerWheel wheel, List<Entry> model, TimeSpan now)
    {
        List<TimerEntry> due = [];
        wheel.TakeDue(now, due);

        Assert.Equal(model.Take(due.Count), due);
        Assert.All(due, entry => Assert.True(entry.Due <= now, $"{entry.Due} came out at {now}"));
        Assert.DoesNotContain(model.Skip(due.Count), entry => entry.Due <= now - Resolution);
        model.RemoveRange(0, due.Count);
    }

    private static Entry Out(List<Entry> model, int index)
    {
        var entry = model[index];
        model.RemoveAt(index);
        return entry;
    }

    private static TimeSpan RoundedUp(TimeSpan span) =>
        TimeSpan.FromTicks((span.Ticks + Resolution.Ticks - 1) / Resolution.Ticks * Resolution.Ticks);

    private sealed record Step(Act Act, TimeSpan Span, int Which);

    private sealed class Entry : TimerEntry;
}
