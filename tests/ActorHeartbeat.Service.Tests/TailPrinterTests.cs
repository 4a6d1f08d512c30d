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
}
