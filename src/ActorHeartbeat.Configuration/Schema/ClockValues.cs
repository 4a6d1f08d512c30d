using System.Globalization;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of values about time: jitter, flapping, rotation, silence of data.</summary>
internal static class ClockValues
{
    public static readonly ValueReader<Jitter> Jitter = new Scalar<Jitter>(
        "full, equal, none, or a factor from 0 to 1",
        text => text switch
        {
            "full" => (true, Endpoints.Jitter.Full),
            "equal" => (true, Endpoints.Jitter.Equal),
            "none" => (true, Endpoints.Jitter.None),
            _ => Values.Number(text) is >= 0 and <= 1 and var factor ? (true, Endpoints.Jitter.By(factor)) : default,
        },
        jitter => jitter.Kind == JitterKind.Factor ? Values.Spell(jitter.Factor) : Values.Kebab(jitter.Kind.ToString()));

    public static readonly ValueReader<FlapSettings?> Flap = new OptionalObject<FlapSettings>(
        "off",
        new ObjectOf<FlapSettings>(
            "a flap detector",
            new Shape<FlapSettings>(
                Part.Of<FlapSettings, int>("ends", Values.Count, flap => flap.Ends, (flap, ends) => flap with { Ends = ends }),
                Part.Of<FlapSettings, TimeSpan>(
                    "within", Values.Positive, flap => flap.Within, (flap, time) => flap with { Within = time }),
                // The detector always quarantines; the key lets a file state it.
                Part.Of<FlapSettings, OutcomeAction>(
                    "then", Values.Word(OutcomeAction.Quarantine), _ => OutcomeAction.Quarantine, (flap, _) => flap),
                Part.Of<FlapSettings, TimeSpan>("retry", Values.Positive, flap => flap.Retry, (flap, time) => flap with { Retry = time })),
            new FlapSettings(0, TimeSpan.Zero, OutcomeSettings.DefaultQuarantine),
            "ends",
            "within"));

    private static readonly ValueReader<string?> DuplicateKey = new OptionalObject<string>(
        null,
        new Judged<string>(
            "a JSON pointer such as \"/id\"",
            text => JsonExpectation.RejectPointer(text) is { } reason ? (null, reason) : (text, null),
            text => text));

    public static readonly ValueReader<RotationSettings?> Rotation = new OptionalObject<RotationSettings>(
        "off",
        new ShortOr<TimeSpan, RotationSettings>(
            Values.Positive,
            RotationSettings.At,
            new ObjectOf<RotationSettings>(
                "an object",
                new Shape<RotationSettings>(
                    Part.Of<RotationSettings, TimeSpan>(
                        "age", Values.Positive, rotation => rotation.Age, (rotation, time) => rotation with { Age = time }),
                    Part.Of<RotationSettings, double>(
                        "jitter", Values.Share, rotation => rotation.Jitter, (rotation, share) => rotation with { Jitter = share }),
                    Part.Of<RotationSettings, TimeSpan>(
                        "ready-after",
                        Values.Duration,
                        rotation => rotation.ReadyAfter,
                        (rotation, time) => rotation with { ReadyAfter = time }),
                    Part.Of<RotationSettings, MessagePattern?>(
                        "ready-when",
                        MessageValues.OptionalFixedPattern,
                        rotation => rotation.ReadyWhen,
                        (rotation, pattern) => rotation with { ReadyWhen = pattern }),
                    Part.Of<RotationSettings, string?>(
                        "duplicate-key",
                        DuplicateKey,
                        rotation => rotation.DuplicateKey,
                        (rotation, pointer) => rotation with { DuplicateKey = pointer })),
                RotationSettings.At(TimeSpan.Zero),
                "age")));

    private static readonly ValueReader<QuietHours> Quiet = new Scalar<QuietHours>(
        "a span of times of day in UTC such as \"22:00-06:30\"",
        text => text.Split('-') is [var from, var to] && TimeOfDay(from) is { } first && TimeOfDay(to) is { } last && first != last
            ? (true, new QuietHours(first, last))
            : default,
        quiet => string.Create(CultureInfo.InvariantCulture, $"{quiet.From:HH:mm}-{quiet.To:HH:mm}"));

    public static readonly ValueReader<DataIdleSettings?> DataIdle = new OptionalObject<DataIdleSettings>(
        "off",
        new ShortOr<TimeSpan, DataIdleSettings>(
            Values.Positive,
            after => new DataIdleSettings(after),
            new ObjectOf<DataIdleSettings>(
                "an object",
                new Shape<DataIdleSettings>(
                    Part.Of<DataIdleSettings, TimeSpan>(
                        "after", Values.Positive, idle => idle.After, (idle, time) => idle with { After = time }),
                    Part.Of<DataIdleSettings, ValueList<QuietHours>>(
                        "quiet-hours",
                        new ListOf<QuietHours>(Quiet),
                        idle => idle.QuietHours,
                        (idle, quiet) => idle with { QuietHours = quiet })),
                new DataIdleSettings(TimeSpan.Zero),
                "after")));

    private static TimeOnly? TimeOfDay(string text) =>
        TimeOnly.TryParseExact(text.Trim(), "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
