namespace ActorHeartbeat.Service.Verbs;

/// <summary>The exit codes of the process, for scripts.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    /// <summary>A configuration or a file to render is wrong.</summary>
    public const int WrongConfiguration = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The environment prevents the command: a port is in use, or a service cannot be reached or refuses it.</summary>
    public const int Runtime = 3;

    /// <summary>diff found differences.</summary>
    public const int Different = 4;

    /// <summary>Of several endpoints some were as asked, and others refused or are unknown.</summary>
    public const int Some = 5;

    /// <summary>None was: all refused, none matched, or a question was answered by no.</summary>
    public const int None = 6;

    /// <param name="good">Those that were as asked.</param>
    /// <param name="bad">Those that were not.</param>
    public static int Of(int good, int bad) => (good, bad) switch
    {
        (0, _) => None,
        (_, 0) => Good,
        _ => Some,
    };
}
