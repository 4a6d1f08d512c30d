using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>A folder of wrong files, each beside exactly what is said about it; see Wrong/README.md.</summary>
public sealed class WrongFilesTests
{
    private static readonly string Folder = RepositoryFiles.Path("tests/ActorHeartbeat.Configuration.Tests/Wrong");

    /// <summary>Wrong where the package of that transport is not built in, and right elsewhere.</summary>
    private const string AnotherBuild = "transport-not-in-this-build";

    public static TheoryData<string> Names =>
    [
        .. Directory.GetFiles(Folder, "*.conf").Select(Path.GetFileNameWithoutExtension).OfType<string>()
            .Where(name => name != AnotherBuild || !HasWebsocketClient)
            .Order(StringComparer.Ordinal),
    ];

    private static bool HasWebsocketClient => TransportCatalog.Reject(TransportKind.WebsocketClient) is null;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_wrong_file_is_told_exactly_what_is_wrong_with_it(string name)
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
    public void The_transport_of_another_package_is_refused_only_where_it_is_not_built_in()
    {
        var result = ConfigurationLoader.Load(Path.Combine(Folder, $"{AnotherBuild}.conf"), _ => null);

        Assert.Equal(HasWebsocketClient, result.Configuration is not null);
    }

    [Fact]
    public void There_are_at_least_sixty_of_them()
    {
        Assert.True(Directory.GetFiles(Folder, "*.conf").Length >= 60);
    }
}
