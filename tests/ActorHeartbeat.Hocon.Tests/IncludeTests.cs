using System.Diagnostics;
using System.Text;
using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;

namespace ActorHeartbeat.Hocon.Tests;

public sealed class IncludeTests
{
    [Fact]
    public void An_included_file_merges_where_the_statement_stands_and_is_found_beside_the_including_file()
    {
        var json = Json(
            ("conf/main.conf", "a = 0, b = 0\ninclude\n\"sub/x.conf\"\nb = 2"),
            ("conf/sub/x.conf", "a = 1, b = 1, include \"y.conf\""),
            ("conf/sub/y.conf", "c = 3"));

        Assert.Equal("""{"a":1,"b":2,"c":3}""", json);
    }

    [Fact]
    public void A_substitution_of_an_included_file_is_tried_under_the_including_key_first()
    {
        var json = Json(
            ("conf/main.conf", "x = root, z = root\na { include \"i.conf\" }\na { x = late }"),
            ("conf/i.conf", "x = 10, y = ${x}, w = ${z}"));

        Assert.Equal("""{"x":"root","z":"root","a":{"x":"late","y":"late","w":"root"}}""", json);
    }

    [Fact]
    public void Appending_in_an_included_file_does_not_look_at_the_root()
    {
        var json = Json(("conf/main.conf", "l = [0]\na { include \"i.conf\" }"), ("conf/i.conf", "l += 1"));

        Assert.Equal("""{"l":[0],"a":{"l":[1]}}""", json);
    }

    [Fact]
    public void A_missing_include_is_empty_unless_it_is_required()
    {
        Assert.Equal("""{"a":1}""", Json(("conf/main.conf", "include \"no.conf\"\na = 1")));
        Assert.Contains("conf/main.conf:1:", Json(("conf/main.conf", "include required(file(\"no.conf\"))")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cycle_names_the_way_round()
    {
        var errors = Json(("conf/main.conf", "\n\ninclude \"b.conf\""), ("conf/b.conf", "include \"main.conf\""));

        Assert.Equal("conf/main.conf:3 -> conf/b.conf:1 -> conf/main.conf: include cycle", errors);
    }

    [Fact]
    public void Files_that_include_the_next_many_times_are_cut_off()
    {
        var files = Enumerable
            .Range(0, 9)
            .Select(level =>
                (
                    $"conf/{(level == 0 ? "main" : $"f{level}")}.conf",
                    string.Concat(Enumerable.Repeat($"include \"f{level + 1}.conf\"\n", 10))));

        var errors = Json([.. files]);

        Assert.Contains("more than 10,000 include statements", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cycle_in_another_spelling_is_a_cycle()
    {
        var errors = Json(("conf/main.conf", "include \"x/../main.conf\""), ("conf/x/../main.conf", "include \"../conf/main.conf\""));

        Assert.Contains("include cycle", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dangling_link_counts_as_missing_and_a_directory_is_an_error()
    {
        var folder = Directory.CreateTempSubdirectory("hocon-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "conf.d"));
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "gone.conf"), Path.Combine(folder.FullName, "nowhere"));
            var main = Path.Combine(folder.FullName, "main.conf");
            File.WriteAllText(main, "include \"gone.conf\"\ninclude \"conf.d\"\na = 1");

            Assert.EndsWith(
                ": no such file",
                Assert.Single(HoconDocument.LoadFile(Path.Combine(folder.FullName, "gone.conf")).Errors).ToString(),
                StringComparison.Ordinal);
            Assert.Equal(
                "cannot read " + Path.Combine(folder.FullName, "conf.d") + ": this is a directory",
                Assert.Single(HoconDocument.LoadFile(main).Errors).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("include file(\n  \"i.conf\"\n)\nb = 2")]
    [InlineData("include required(\n\n  file(\n\"i.conf\" )\n ) \nb = 2")]
    [InlineData("include required(\"i.conf\"\n)\nb = 2")]
    public void Lines_may_break_inside_the_parentheses_of_an_include(string text)
    {
        Assert.Equal("""{"a":1,"b":2}""", Json(("conf/main.conf", text), ("conf/i.conf", "a = 1")));
    }

    [Fact]
    public async Task A_pipe_or_a_device_is_an_error_at_the_place_of_the_include_and_is_never_opened()
    {
        var folder = Directory.CreateTempSubdirectory("hocon-");
        try
        {
            var pipe = Path.Combine(folder.FullName, "pipe.conf");
            using (var make = Process.Start("mkfifo", pipe))
                await make.WaitForExitAsync();
            var main = Path.Combine(folder.FullName, "main.conf");
            await File.WriteAllTextAsync(main, "a = 1\ninclude \"pipe.conf\"\ninclude \"zero.conf\"");
            var device = Path.Combine(folder.FullName, "zero.conf");
            File.CreateSymbolicLink(device, "/dev/zero");

            var reading = Task.Run(() => HoconDocument.LoadFile(main));

            Assert.Same(reading, await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(20))));
            Assert.Equal(
                [
                    $"{main}:2:1: cannot read {pipe}: this is a pipe, not a regular file",
                    $"{main}:3:1: cannot read {device}: this is a device, not a regular file",
                ],
                (await reading).Errors.Select(error => error.ToString()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_list_cannot_be_included()
    {
        Assert.StartsWith(
            "conf/main.conf:1:", Json(("conf/main.conf", "include \"l.conf\""), ("conf/l.conf", "[1]")), StringComparison.Ordinal);
    }

    private static string Json(params (string Path, string Text)[] files)
    {
        var contents = files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text));
        var result = HoconDocument.LoadFile(
            "conf/main.conf", new HoconOptions { Environment = _ => null, ReadFile = contents.GetValueOrDefault });
        return result.Value is { } value ? HoconWriter.ToJson(value) : string.Join('\n', result.Errors);
    }
}
