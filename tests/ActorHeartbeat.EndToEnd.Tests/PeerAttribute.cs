using System.Diagnostics;
using System.Reflection;
using Xunit.Sdk;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// A theory case that names a WebSocket server of another project. It is skipped with a reason where that server is not installed.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class PeerAttribute : DataAttribute
{
    private static readonly Lazy<string?> Python = new(() =>
        Succeeds("/usr/bin/python3", "-c", "import websockets") ? null : "python3-websockets is not installed");

    private static readonly Lazy<string?> Ws = new(() =>
        Directory.Exists(PeerProcess.Script("node_modules/ws")) && Succeeds("node", "--version")
            ? null
            : "node with ws is not installed (npm ci in tests/ActorHeartbeat.EndToEnd.Tests/peers, then build)");

    private static readonly Lazy<string?> Nginx = new(() => Python.Value ?? (Succeeds("nginx", "-v") ? null : "nginx is not installed"));
    private static readonly Lazy<string?> Haproxy = new(() =>
        Python.Value ?? (Succeeds("haproxy", "-v") ? null : "haproxy is not installed"));
    private static readonly Lazy<string?> Websocketd = new(() =>
        Succeeds("websocketd", "--version") ? null : "websocketd is not installed");

    private readonly object[] _case;

    /// <param name="peer">The name of the server; see <see cref="PeerProcess.StartAsync"/>.</param>
    /// <param name="more">Further arguments of the case.</param>
    public PeerAttribute(string peer, params object[] more)
    {
        _case = [peer, .. more];
        Skip = peer switch
        {
            "python-websockets" => Python.Value,
            "ws" => Ws.Value,
            "nginx" => Nginx.Value,
            "haproxy" => Haproxy.Value,
            "websocketd" => Websocketd.Value,
            _ => throw new ArgumentException($"no such peer: {peer}", nameof(peer)),
        };
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [_case];

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            return process!.WaitForExit(TimeSpan.FromSeconds(60)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // the program does not exist
        }
    }
}
