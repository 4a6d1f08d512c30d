namespace ActorHeartbeat.Service.Verbs;

/// <summary>The exit codes of the process, for scripts.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    /// <summary>A configuration or a file to render is wrong.</summary>
    public const int WrongConfiguration = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The environment prevents the command: a port is in use, or a service cannot be reached.</summary>
    public const int Runtime = 3;

    /// <summary>diff found differences.</summary>
    public const int Different = 4;
}
