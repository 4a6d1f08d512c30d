using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The keys of a sink. Every change is live: no feed waits for a sink, so a running sink can be replaced.</summary>
internal static class SinkSchema
{
    /// <summary>Which endpoints, by label.</summary>
    public static readonly ValueReader<string> Selector = new Judged<string>(
        "a label selector such as \"venue=binance\"", text => RejectSelector(text) is { } why ? (null, why) : (text, null), text => text);

    /// <summary>The key that has no default.</summary>
    public const string Path = "path";

    public static readonly Shape<SinkSettings> Shape = new(
        Row("type", Values.Word<SinkKind>(), sink => sink.Kind, (sink, kind) => sink with { Kind = kind }),
        Row("format", Values.Word<SinkFormat>(), sink => sink.Format, (sink, format) => sink with { Format = format }),
        Row(Path, Values.SomeText("the path of a file"), sink => sink.Path, (sink, path) => sink with { Path = path }),
        Row(
            "select",
            Selector,
            sink => sink.Select,
            (sink, select) => sink with { Select = select }),
        Row("queue", Values.Count, sink => sink.Queue, (sink, count) => sink with { Queue = count }),
        Row("queue-bytes", Values.Size, sink => sink.QueueBytes, (sink, size) => sink with { QueueBytes = size }),
        Row(
            "rotate.size",
            Values.FileSize,
            sink => sink.Rotate.Size,
            (sink, size) => sink with { Rotate = sink.Rotate with { Size = size } }),
        Row(
            "rotate.every",
            Values.OffOrDuration,
            sink => sink.Rotate.Age,
            (sink, age) => sink with { Rotate = sink.Rotate with { Age = age } }),
        Row(
            "rotate.keep",
            Values.NoneOrCount,
            sink => sink.Rotate.Keep,
            (sink, count) => sink with { Rotate = sink.Rotate with { Keep = count } }));

    /// <summary>A sink without any key.</summary>
    public static SinkSettings Blank(string name) => new() { Name = name, Path = "" };

    private static Key<SinkSettings, TValue> Row<TValue>(
        string path, ValueReader<TValue> reader, Func<SinkSettings, TValue> get, Func<SinkSettings, TValue, SinkSettings> set) =>
        new(new Setting<SinkSettings, TValue>(path, Live, get, set), reader);

    /// <summary>Why a text is no label selector; null when it is one.</summary>
    public static string? RejectSelector(string text)
    {
        try
        {
            LabelSelector.Parse(text);
            return null;
        }
        catch (FormatException problem)
        {
            return problem.Message;
        }
    }
}
