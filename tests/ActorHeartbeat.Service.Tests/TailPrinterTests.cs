using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Service.Events;

namespace ActorHeartbeat.Service.Tests;

public sealed class TailPrinterTests
{
    [Theory]
    [InlineData("\\u001b[2J\\u001b[Hgone", "\\x1b[2J\\x1b[Hgone")] // would clear the screen
    [InlineData("a\\n12:00:00.000 other                1/1 text   forged", "a\\n12:00:00.000 other                1/1 text   forged")]
    [InlineData("\\u202egnp.exe", "\\u202egnp.exe")] // would turn the writing direction
    [InlineData("\\u009b31m", "\\x9b31m")]
    [InlineData("plain é 日本", "plain é 日本")]
    public async Task Text_of_a_peer_moves_no_cursor_and_forges_no_line(string json, string shown)
    {
        var output = new StringWriter { NewLine = "\n" };

        await new TailPrinter(output, VerbFormat.Text, count: null).Print(
            $$"""{"time":"2026-11-28T12:00:00Z","endpoint":"feed","epoch":1,"seq":7,"type":"text","text":"{{json}}"}""");

        Assert.Equal($"12:00:00.000 feed                 1/7 text   {shown}\n", output.ToString());
    }

    [Theory]
    [InlineData(
        """
        "type":"subscription","subscription":"trades/a\nb","state":"refused","cause":"no such thing","retryInSeconds":3
        """,
        "key    trades/a\\nb refused: no such thing")]
    [InlineData(""" "type":"subscription","subscription":"trades/a","state":"accepted","cause":"" """, "key    trades/a accepted")]
    [InlineData(
        """
        "type":"gap","subscription":"trades/\u001b[2J",
        "gap":{"reason":"missing","from":8,"lastSeq":7,"cause":"of \u001b[2J","durationSeconds":0}
        """,
        "gap    trades/\\x1b[2J missing from 8, 0.0 s: of \\x1b[2J")]
    public async Task What_becomes_of_a_key_is_one_line(string content, string shown)
    {
        var output = new StringWriter { NewLine = "\n" };

        await new TailPrinter(output, VerbFormat.Text, count: null).Print(
            $$"""{"time":"2026-11-28T12:00:00Z","endpoint":"feed","epoch":1,"seq":7,{{content.Trim()}}}""");

        Assert.Equal($"12:00:00.000 feed                 1/7 {shown}\n", output.ToString());
    }
}
