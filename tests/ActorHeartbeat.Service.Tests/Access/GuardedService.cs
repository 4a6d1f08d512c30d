using System.Net.Http.Headers;
using System.Text;
using ActorHeartbeat.Service.Access;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>A service with a key of each role, for tests that leave its settings as they are.</summary>
public sealed class GuardedService : IAsyncLifetime
{
    /// <summary>No test comes near them.</summary>
    public const string NoLimits =
        "actor-heartbeat.http.access { attempts = 100000 per 1m, rate { read = unlimited, operate = unlimited, admin = unlimited } }";

    private RunningService? _service;

    public static string Reader { get; } = AccessKey.New();

    public static string Operator { get; } = AccessKey.New();

    public static string Admin { get; } = AccessKey.New();

    public static string Keys => $"actor-heartbeat.http.access.keys {{ {Line("reader", "read", Reader)} "
        + $"{Line("operator", "operate", Operator)} {Line("admin", "admin", Admin)} }}\n";

    internal RunningService Service => _service!; // xunit has initialized the fixture

    public static string Line(string name, string role, string key) =>
        $"{name} {{ role = {role}, hash = \"{AccessKey.Spell(AccessKey.HashOf(key))}\" }}\n";

    public async Task InitializeAsync() => _service = await RunningService.Start(beside: $"{Keys}{NoLimits}");

    public async Task DisposeAsync() => await Service.DisposeAsync();

    /// <summary>A request as a machine sends it.</summary>
    public static HttpRequestMessage Request(string method, string path, string? key, string? json = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return request;
    }

    /// <summary>The status of an answer whose body may never end.</summary>
    internal static async Task<int> StatusOf(RunningService service, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return (int)answer.StatusCode;
        }
    }
}
