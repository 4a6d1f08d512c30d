using ActorHeartbeat.Files;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>Opens a file for one writer: a regular file, created for its owner alone, through no link, and claimed.</summary>
internal static class OwnedFile
{
    public static Stream Open(string path)
    {
        var status = FileStatus.Of(path, followLinks: false);
        if (status is { Kind: not FileKind.Regular })
            throw new IOException($"it is a {RegularFile.NameOf(status.Value.Kind)}, not a regular file");
        var stream = NativeFiles.OpenToAppend(path, create: status is null);
        if (FileStatus.Of(stream.SafeFileHandle).Kind == FileKind.Regular && NativeFiles.Claim(stream.SafeFileHandle))
            return stream;
        stream.Dispose();
        throw new IOException("the file is in use under another of its names");
    }

    /// <summary>The full path of the file behind any links: the file is owned and set aside in its real place.</summary>
    /// <exception cref="IOException">The last link leads to nothing: a file is not created through a link.</exception>
    public static string RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        if (FileStatus.Of(full, followLinks: false) is not { Kind: FileKind.Link })
            return full;
        var target = File.ResolveLinkTarget(full, returnFinalTarget: true);
        return target is { Exists: true } ? target.FullName : throw new IOException("it is a symbolic link that leads to no file");
    }
}
