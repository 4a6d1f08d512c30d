using System.IO.Compression;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Policies;

public class MessageShapeTests
{
    [Theory]
    [InlineData("""{"type":"trade","price":1}""", """{"price":27.5,"type":"trade"}""")]
    [InlineData("""{"s":"BTC","e":1.5,"code":"a"}""", """{"s":"ETH","e":27,"code":"b"}""")]
    [InlineData("""{"data":{"p":1}}""", """{"data":{"p":2}}""")]
    [InlineData("""[4200,["1","2"],"trade","XBT"]""", """[7000,[],"trade","ETH"]""")]
    [InlineData("""42["trade",1]""", """42["ticker",2]""")]
    [InlineData("tick 1", "tick 2")]
    [InlineData("1,2,3", "40,50,60")]
    [InlineData("", "")]
    [InlineData("{no json", "{not either")]
    public void Messages_of_a_kind_have_one_shape(string one, string other) => Assert.Equal(Of(one), Of(other));

    [Theory]
    [InlineData("""{"type":"trade","price":1}""", """{"type":"error","msg":"another session"}""")]
    [InlineData("""{"type":"data","text":"a"}""", """{"type":"error","text":"b"}""")]
    [InlineData("""{"code":0,"msg":"ok"}""", """{"code":429,"msg":"too many"}""")]
    [InlineData("""[42,[],"trade"]""", """["error","too many",1]""")]
    [InlineData("""{"channel":"trades","data":1}""", """{"channel":"errors","data":1}""")]
    [InlineData("""{"method":"x","params":{"p":1}}""", """{"method":"x","params":{"error":1}}""")]
    [InlineData("[36,5,7,{}]", "[8,5,7,{}]")]
    [InlineData("""["EVENT","s",{}]""", """["NOTICE","s",{}]""")]
    [InlineData("""42["trade",1]""", """44["message",1]""")]
    [InlineData("1234567,BTC,1", "403 session limit")]
    [InlineData("tick 1", "error 1")]
    [InlineData("""{"a":1}""", "")]
    [InlineData("a", "{")]
    public void Messages_of_different_kinds_have_different_shapes(string one, string other) => Assert.NotEqual(Of(one), Of(other));

    [Fact]
    public void A_message_that_is_longer_than_what_is_looked_at_has_the_shape_of_its_beginning()
    {
        var data = new string('x', 100_000);

        Assert.Equal(Of($$"""{"type":"book","data":"{{data}}"}"""), Of($$"""{"type":"book","data":"{{data}}","more":1}"""));
    }

    [Fact]
    public void Bytes_are_of_a_kind_by_their_first()
    {
        Assert.Equal(MessageShape.Of(MessageKind.Binary, [0x30, 1]), MessageShape.Of(MessageKind.Binary, [0x30, 2, 3]));
        Assert.NotEqual(MessageShape.Of(MessageKind.Binary, [0x30, 1]), MessageShape.Of(MessageKind.Binary, [0x20, 1]));
    }

    [Fact]
    public void What_gzip_hides_is_looked_at()
    {
        Assert.Equal(Zipped("""{"ch":"trade","tick":1}"""), Zipped("""{"ch":"trade","tick":22222}"""));
        Assert.NotEqual(Zipped("""{"ch":"trade","tick":1}"""), Zipped("""{"status":"error","err-msg":"session"}"""));
        Assert.NotEqual(Zipped("tick"), MessageShape.Of(MessageKind.Binary, [0x1f, 0x8b, 1, 2]));

        static int Zipped(string text)
        {
            var zipped = new MemoryStream();
            using (var zip = new GZipStream(zipped, CompressionMode.Compress))
                zip.Write(Encoding.UTF8.GetBytes(text));
            return MessageShape.Of(MessageKind.Binary, zipped.ToArray());
        }
    }

    [Fact]
    public void Any_bytes_have_a_shape() => Prop.ForAll<byte[], bool>(HasShape).QuickCheckThrowOnFailure();

    private static void HasShape(byte[] payload, bool isText)
    {
        var kind = isText ? MessageKind.Text : MessageKind.Binary;
        Assert.Equal(MessageShape.Of(kind, payload), MessageShape.Of(kind, payload));
        var json = Encoding.UTF8.GetBytes("{\"a\":").Concat(payload).ToArray();
        Assert.Equal(MessageShape.Of(kind, json), MessageShape.Of(kind, json));
    }

    private static int Of(string text) => MessageShape.Of(MessageKind.Text, Encoding.UTF8.GetBytes(text));
}
