using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// An event as one JSON object without line breaks: instance, endpoint, epoch, seq, time, type, and then, depending
/// on the type, <c>text</c> (the payload as a string) or <c>base64</c>; <c>gap</c> with reason, from, to, lastSeq,
/// cause and durationSeconds, and <c>numbers</c> (from and to) where numbers of the peer are missing; <c>state</c> and <c>cause</c>, of a
/// key with <c>retryInSeconds</c>; or <c>reason</c>. The payload is carried, not parsed. <c>subscription</c> is the key of a subscription,
/// where the event is about one.
/// </summary>
public static class FeedEventJson
{
    // The output is not for HTML, so quotes inside payloads need no long escapes.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    // The names of every message, as they are written.
    private static readonly JsonEncodedText
        Instance = JsonEncodedText.Encode("instance"),
        Endpoint = JsonEncodedText.Encode("endpoint"),
        Epoch = JsonEncodedText.Encode("epoch"),
        Seq = JsonEncodedText.Encode("seq"),
        Time = JsonEncodedText.Encode("time"),
        Type = JsonEncodedText.Encode("type"),
        Text = JsonEncodedText.Encode("text");

    /// <summary>A writer set up for <see cref="Write"/>; reset it between events.</summary>
    public static Utf8JsonWriter CreateWriter(IBufferWriter<byte> output) => new(output, Options);

    /// <summary>Writes one object and leaves flushing to the caller.</summary>
    public static void Write(Utf8JsonWriter writer, in FeedEvent feedEvent)
    {
        writer.WriteStartObject();
        writer.WriteString(Instance, feedEvent.Instance);
        writer.WriteString(Endpoint, feedEvent.Endpoint.Value);
        writer.WriteNumber(Epoch, feedEvent.Epoch);
        writer.WriteNumber(Seq, feedEvent.Seq);
        writer.WriteString(Time, feedEvent.Time.UtcDateTime);
        writer.WriteString(Type, NameOf(feedEvent.Type));
        if (feedEvent.Subscription is { } subscription)
            writer.WriteString("subscription", subscription);
        WriteContent(writer, feedEvent);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, in FeedEvent feedEvent)
    {
        if (feedEvent.Gap is { } gap)
            WriteGap(writer, gap);
        else if (feedEvent.State is { } state)
        {
            writer.WriteString("state", state.Name);
            writer.WriteString("cause", state.Cause);
        }
        else if (feedEvent.KeyState is { } key)
        {
            writer.WriteString("state", key.State);
            writer.WriteString("cause", key.Cause);
            if (key.RetryIn is { } delay)
                writer.WriteNumber("retryInSeconds", delay.TotalSeconds);
        }
        else if (feedEvent.DrainReason is { } reason)
            writer.WriteString("reason", reason);
        else if (feedEvent.Type == FeedEventType.Text && Utf8.IsValid(feedEvent.Payload.Span))
            writer.WriteString(Text, feedEvent.Payload.Span);
        else
            writer.WriteBase64String("base64", feedEvent.Payload.Span);
    }

    private static void WriteGap(Utf8JsonWriter writer, FeedGap gap)
    {
        writer.WriteStartObject("gap");
        writer.WriteString("reason", NameOf(gap.Reason));
        writer.WriteNumber("from", gap.From);
        if (gap.To is { } to)
            writer.WriteNumber("to", to);
        writer.WriteNumber("lastSeq", gap.LastSeq);
        writer.WriteString("cause", gap.Cause);
        writer.WriteNumber("durationSeconds", gap.Duration.TotalSeconds);
        if (gap.Numbers is { } numbers)
        {
            writer.WriteStartObject("numbers");
            writer.WriteNumber("from", numbers.From);
            writer.WriteNumber("to", numbers.To);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>text, binary, gap, state, subscription or drain.</summary>
    public static string NameOf(FeedEventType type) => type switch
    {
        FeedEventType.Text => "text",
        FeedEventType.Binary => "binary",
        FeedEventType.Gap => "gap",
        FeedEventType.State => "state",
        FeedEventType.Subscription => "subscription",
        _ => "drain",
    };

    /// <summary>disconnected, overflow, not-retained, renumbered or missing.</summary>
    public static string NameOf(GapReason reason) => reason switch
    {
        GapReason.Disconnected => "disconnected",
        GapReason.Overflow => "overflow",
        GapReason.NotRetained => "not-retained",
        GapReason.Missing => "missing",
        _ => "renumbered",
    };
}
