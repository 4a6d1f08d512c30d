using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Verbs;
using k8s;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Holds what the files of docker/ say against what the service does.</summary>
public partial class DeploymentTests
{
    private static readonly string Image = Read("docker/Dockerfile");
    private static readonly string Compose = Read("docker/compose.yaml");
    private static readonly string Manifest = Read("docker/kubernetes.yaml");
    private static readonly string Unit = Read("docker/actorheartbeat.service");

    [Fact]
    public void Every_stop_waits_longer_than_the_drain_may_take()
    {
        var configured = ConfigurationOfTheManifest();
        var longest = configured.Process.Supervisor.ShutdownTimeout + StartAndDrain.Afterwards;

        Assert.Equal(TimeSpan.FromSeconds(30), longest);
        Assert.All(
            new[]
            {
                One(Image, @"docker stop --time (\d+)"),
                One(Compose, @"stop_grace_period: (\d+)s"),
                One(Manifest, @"terminationGracePeriodSeconds: (\d+)"),
                One(Unit, @"TimeoutStopSec=(\d+)s"),
            },
            seconds => Assert.InRange(TimeSpan.FromSeconds(Number(seconds)), longest + TimeSpan.FromSeconds(1), longest * 2));
    }

    [Fact]
    public void Kubernetes_knows_every_field_of_the_manifest()
    {
        var known = KubernetesYaml.LoadAllFromString(Manifest, typeMap: null, strict: true);

        Assert.Equal(["V1ConfigMap", "V1PersistentVolumeClaim", "V1Deployment"], known.Select(each => each.GetType().Name));
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(
            Manifest.Replace("readinessProbe:", "redinessProbe:", StringComparison.Ordinal), typeMap: null, strict: true));
    }

    [Fact]
    public async Task Each_probe_of_the_manifest_asks_a_route_of_the_listener_for_health()
    {
        await using var service = await RunningService.Start(beside: "actor-heartbeat.http.health-listen = \"127.0.0.1:0\"");

        var probes = Probes().Matches(Manifest).ToDictionary(probe => probe.Groups[1].Value, probe => probe.Groups[2].Value);

        Assert.Equal(["livenessProbe", "readinessProbe", "startupProbe"], probes.Keys.Order());
        foreach (var path in probes.Values)
        {
            using var answer = await service.Client.GetAsync(new Uri(service.Addresses[1], path));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        Assert.Equal("/healthz/startup", probes["startupProbe"]);
        Assert.Equal("/healthz/ready", probes["readinessProbe"]);
        Assert.Equal("/healthz/live", probes["livenessProbe"]);
    }

    [Fact]
    public void The_probes_reach_the_listener_for_health_of_the_manifest()
    {
        var http = ConfigurationOfTheManifest().Process.Http;

        Assert.Equal(IPAddress.Any, http.HealthListen!.Address!.Address);
        Assert.Equal(http.HealthListen.Address.Port, Number(One(Manifest, @"- name: health\n +containerPort: (\d+)")));
        Assert.Equal(3, Regex.Count(Manifest, "port: health\n", RegexOptions.None, TimeSpan.FromSeconds(5)));
        Assert.Equal(http.Listen!.Loopback!.Port, Number(One(Manifest, @"port-forward deployment/\w+ (\d+)")));
    }

    [Fact]
    public void The_health_check_of_the_image_is_a_command_of_the_service_at_its_default_address()
    {
        var words = Words(One(Image, @"HEALTHCHECK [^\n]+\n +CMD \[(.+)\]"));

        Assert.Equal(["dotnet", "ActorHeartbeat.Service.dll"], words[..2]);
        Assert.Equal("health", words[2]);
        Assert.Empty(HealthVerb.Create().Parse(words[3..]).Errors);
        Assert.Equal(Inputs.DefaultService, new Uri($"http://{ConfigurationLoader.LoadText("").OrThrow().Process.Http.Listen}"));
    }

    [Fact]
    public void What_is_run_is_a_command_of_the_service()
    {
        Assert.All(
            new[]
            {
                Words(One(Image, @"\nCMD \[(.+)\]")),
                Words(One(Manifest, @"args: \[(.+)\]")),
                One(Unit, @"ExecStart=/opt/actorheartbeat/ActorHeartbeat\.Service ([^\n]+)").Split(' '),
            },
            words =>
            {
                Assert.Empty(RunVerb.Create().Parse(words[1..]).Errors);
                Assert.Equal("run", words[0]);
            });
        Assert.Equal("/config/service.conf", Words(One(Manifest, @"args: \[(.+)\]"))[1]);
        Assert.Equal("/config", One(Manifest, @"- name: config\n +mountPath: ([^\n]+)"));
        Assert.DoesNotContain("subPath:", Manifest, StringComparison.Ordinal);
    }

    [Fact]
    public void The_state_is_in_the_folder_that_the_user_of_the_image_owns()
    {
        var user = One(Image, @"USER (\d+:\d+)");
        var folder = One(Image, $"--chown={user} /state ([^\n]+)");

        Assert.Equal($"{folder}/state.db", ConfigurationOfTheManifest().Process.StateDatabase);
        Assert.Equal(folder, One(Manifest, @"- name: state\n +mountPath: ([^\n]+)"));
        Assert.Equal(folder, One(Compose, @"- state:([^\n]+)"));
        Assert.Equal(folder, $"/var/lib/{One(Unit, @"StateDirectory=([^\n]+)")}");
        Assert.Equal(user, $"{One(Manifest, @"runAsUser: (\d+)")}:{One(Manifest, @"runAsGroup: (\d+)")}");
        Assert.Equal(user.Split(':')[1], One(Manifest, @"fsGroup: (\d+)"));
    }

    [Fact]
    public void The_pod_has_no_rights_that_it_does_not_need()
    {
        Assert.All(
            new[]
            {
                "runAsNonRoot: true", "readOnlyRootFilesystem: true", "allowPrivilegeEscalation: false", "drop: [ALL]",
                "automountServiceAccountToken: false", "type: RuntimeDefault",
            },
            right => Assert.Contains(right, Manifest, StringComparison.Ordinal));
    }

    [Fact]
    public void The_unit_waits_for_notices_and_does_not_start_a_wrong_configuration_again()
    {
        Assert.Contains("\nType=notify\n", Unit, StringComparison.Ordinal);
        Assert.Equal($"{ExitCode.WrongConfiguration} {ExitCode.Usage}", One(Unit, @"RestartPreventExitStatus=([^\n]+)"));
        Assert.Equal(60, Number(One(Unit, @"WatchdogSec=(\d+)s")));
    }

    private static ServiceConfiguration ConfigurationOfTheManifest()
    {
        var result = ConfigurationLoader.LoadText(One(Manifest, @"service\.conf: \|\n((?: {4}[^\n]*\n)+)"), "kubernetes.yaml");
        Assert.Empty(result.OrThrow().Warnings);
        return result.OrThrow();
    }

    /// <summary>What the pattern finds, which is there exactly once.</summary>
    private static string One(string text, string pattern) =>
        Assert.Single(Regex.Matches(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(5))).Groups[1].Value;

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    private static string[] Words(string list) => [.. list.Split(',').Select(word => word.Trim().Trim('"'))];

    private static string Read(string path, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../..", path));

    [GeneratedRegex(@"(\w+Probe):\n +httpGet:\n +path: ([^\n]+)\n")]
    private static partial Regex Probes();
}
