using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>A folder of wrong files, each beside the exact errors expected for it; see Wrong/README.md.</summary>
public sealed class WrongFilesTests
{
    private static readonly string Folder = RepositoryFiles.Path("tests/ActorHeartbeat.Configuration.Tests/Wrong");

    public static TheoryData<string> Names =>
    [
        .. Directory.GetFiles(Folder, "*.conf").Select(Path.GetFileNameWithoutExtension).OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_wrong_file_gets_exactly_its_expected_errors(string name)
    {
        var path = Path.Combine(Folder, $"{name}.conf");

        var result = ConfigurationLoader.Load(path, _ => null);

        Assert.Null(result.Configuration);
        var printed = ErrorReport.Print(result.Errors).Replace(Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal) + "\n";
        var expected = Path.Combine(Folder, $"{name}.expected");
        if (Environment.GetEnvironmentVariable("ACTORHEARTBEAT_WRITE_EXPECTED") == "1")
            File.WriteAllText(expected, printed);
        Assert.Equal(File.ReadAllText(expected), printed);
        Assert.DoesNotContain("hunter2", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_at_least_sixty_wrong_files()
    {
        Assert.True(Directory.GetFiles(Folder, "*.conf").Length >= 60);
    }
}
