using System.Security.Cryptography;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hocon;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>A file of a configuration.</summary>
/// <param name="Path">As named by the operator or the file that includes it.</param>
/// <param name="ContentHash">SHA-256 of its bytes in hexadecimal; null when it was looked for and is not there or cannot be read.</param>
public sealed record SourceFile(string Path, string? ContentHash)
{
    private static readonly HoconOptions Reading = new();

    /// <summary>
    /// Reads the file as it is now, within the limits of the reader. Symbolic links are followed, so that a swapped link is a changed file.
    /// </summary>
    public static SourceFile Now(string path)
    {
        try
        {
            return Of(path, Reading.ReadFile(path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Of(path, null);
        }
    }

    public static SourceFile Of(string path, byte[]? content) =>
        new(path, content is null ? null : Convert.ToHexStringLower(SHA256.HashData(content)));
}

/// <summary>All files of a configuration, including included ones, in the order in which they were requested.</summary>
public sealed record SourceFiles(ValueList<SourceFile> All)
{
    public static readonly SourceFiles None = new([]);

    /// <summary>One hash over the paths and contents of all files, as 64 hexadecimal digits.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Concat(All.Select(file => $"{file.Path}\0{file.ContentHash}\n")))));

    /// <summary>The same files as they are now.</summary>
    /// <param name="inHand">Receives the name of each file before it is opened; null when the caller does not need it.</param>
    public SourceFiles Now(FileInHand? inHand = null) => new([.. All.Select(file => Now(file, inHand))]);

    private static SourceFile Now(SourceFile file, FileInHand? inHand)
    {
        if (inHand is not null)
            inHand.Path = file.Path;
        return SourceFile.Now(file.Path);
    }
}
