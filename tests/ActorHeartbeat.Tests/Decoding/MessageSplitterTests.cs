using System.Text;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Decoding;

public sealed class MessageSplitterTests
{
    [Theory]
    [InlineData("a\nb\n", "a", "b")]
    [InlineData("a\r\nb\r\n", "a", "b")]
    [InlineData("a\nb\r\nc", "a", "b", "c")]
    [InlineData("\n\r\n\na\n\n\r\nb\n\n", "a", "b")]
    [InlineData("a\rb\nc\r", "a\rb", "c\r")]
    [InlineData(" a \n", " a ")]
    [InlineData("a\r\r\n", "a\r")]
    [InlineData("\r\n")]
    [InlineData("")]
    public void Lines_end_with_LF_or_CRLF(string payload, params string[] messages) =>
        Assert.Equal(messages, Split(payload, MessageSplit.Lines));

    [Theory]
    [InlineData("[1,2]", "1", "2")]
    [InlineData(" [ {\"a\": [1, 2]} ,\r\n\t[[3],[]] , \"x\", null, true, -1.5e3 ] \n", "{\"a\": [1, 2]}", "[[3],[]]", "\"x\"", "null",
        "true", "-1.5e3")]
    [InlineData("""["]","[,","a\"]b",{"]":"}"}]""", "\"]\"", "\"[,\"", "\"a\\\"]b\"", "{\"]\":\"}\"}")]
    [InlineData("""[""]""", "\"\"")]
    [InlineData("[\"\u00fc\u20ac\",\"\ud83d\ude00\"]", "\"\u00fc\u20ac\"", "\"\ud83d\ude00\"")]
    [InlineData("[]")]
    [InlineData(" [ ] ")]
    [InlineData("")]
    public void Elements_of_an_array_are_messages(string payload, params string[] messages) =>
        Assert.Equal(messages, Split(payload, MessageSplit.Array));

    [Theory]
    [InlineData("{\"a\":[1,2]}")]
    [InlineData("\"[1]\"")]
    [InlineData("17")]
    [InlineData("text [1]")]
    [InlineData("[1,2")]
    [InlineData("[1,2,]")]
    [InlineData("[1,2] ]")]
    [InlineData("[1][2]")]
    [InlineData("[1,2}")]
    [InlineData("[1,x]")]
    [InlineData("[")]
    [InlineData(" ")]
    public void Something_else_than_an_array_is_one_message(string payload) =>
        Assert.Equal([payload], Split(payload, MessageSplit.Array));

    [Fact]
    public void An_array_that_is_nested_too_deeply_is_one_message()
    {
        var deepest = Nested(64);

        Assert.Equal([deepest[1..^1]], Split(deepest, MessageSplit.Array));
        Assert.Equal([Nested(65)], Split(Nested(65), MessageSplit.Array));
        Assert.Single(Split(Nested(100_000), MessageSplit.Array));

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Theory]
    [InlineData("\u001e", "{}\u001e{\"a\":1}\u001e", "{}", "{\"a\":1}")]
    [InlineData("\u001e", "{}\u001e\u001e{\"a\":1}", "{}", "{\"a\":1}")]
    [InlineData("\u001e", "\u001e")]
    [InlineData("--", "a-b---c--", "a-b", "-c")]
    [InlineData("aa", "xaaay", "x", "ay")]
    [InlineData("aba", "ababa!", "ba!")]
    [InlineData("€", "ü€€ö", "ü", "ö")]
    [InlineData("lines", "a\nblinesc", "a\nb", "c")]
    [InlineData("\0", "")]
    public void A_text_ends_each_message(string ending, string payload, params string[] messages) =>
        Assert.Equal(messages, Split(payload, MessageSplit.Behind(ending)));

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("[1,2]")]
    public void Off_is_one_message_even_an_empty_one(string payload) => Assert.Equal([payload], Split(payload, MessageSplit.Off));

    [Fact]
    public void A_message_is_a_part_of_the_payload_and_costs_no_allocation()
    {
        ReadOnlyMemory<byte> payload = "[{\"a\":[1,2]},\"b\",[3]]"u8.ToArray();
        var split = MessageSplit.Behind(",");
        var before = 0L;

        var length = 0;
        for (var count = 0; count < 1_000; count++)
        {
            if (count == 1)
                before = GC.GetAllocatedBytesForCurrentThread();
            length = Length(payload, MessageSplit.Array) + Length(payload, MessageSplit.Lines) + Length(payload, split);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(17 + 21 + 18, length);
    }

    [Fact]
    public void No_bytes_make_it_throw() => Prop.ForAll<byte[], byte[]>(NeverThrows).QuickCheckThrowOnFailure();

    [Fact]
    public void Elements_joined_again_are_the_same_array() => Prop.ForAll<int[], string?[]>(JoinAgain).QuickCheckThrowOnFailure();

    [Fact]
    public void A_rule_is_compared_by_content_and_has_a_text_only_where_one_belongs()
    {
        Assert.Equal(MessageSplit.Behind("a"), MessageSplit.Behind("a"));
        Assert.Equal(MessageSplit.Behind("a").GetHashCode(), MessageSplit.Behind("a").GetHashCode());
        Assert.NotEqual(MessageSplit.Behind("a"), MessageSplit.Behind("b"));
        Assert.NotEqual(MessageSplit.Lines, MessageSplit.Array);
        Assert.Throws<ArgumentException>(() => MessageSplit.Behind(""));
        Assert.Throws<ArgumentException>(() => new MessageSplit(MessageSplitKind.Lines, "a"));
    }

    private static void NeverThrows(byte[] bytes, byte[] ending)
    {
        var behind = MessageSplit.Behind(Encoding.Latin1.GetString(ending) + "\n");
        foreach (var split in (MessageSplit[])[MessageSplit.Off, MessageSplit.Lines, MessageSplit.Array, behind])
        {
            foreach (var payload in (byte[][])[bytes, [(byte)'[', .. bytes, (byte)']']])
            {
                foreach (var message in MessageSplitter.Split(payload, split))
                    Assert.True(message.Length > 0 || split == MessageSplit.Off);
            }
        }
    }

    private static void JoinAgain(int[] numbers, string?[] texts)
    {
        var elements = numbers.Select(number => $"{number}").Concat(texts.Select(text => System.Text.Json.JsonSerializer.Serialize(text)));
        var array = $"[{string.Join(",", elements)}]";

        Assert.Equal(array, $"[{string.Join(",", Split(array, MessageSplit.Array))}]");
    }

    private static int Length(ReadOnlyMemory<byte> payload, MessageSplit split)
    {
        var length = 0;
        foreach (var message in MessageSplitter.Split(payload, split))
            length += message.Length;
        return length;
    }

    private static List<string> Split(string payload, MessageSplit split)
    {
        var messages = new List<string>();
        foreach (var message in MessageSplitter.Split(Encoding.UTF8.GetBytes(payload), split))
            messages.Add(Encoding.UTF8.GetString(message.Span));
        return messages;
    }
}
