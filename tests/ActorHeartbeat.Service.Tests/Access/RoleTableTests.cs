using System.Text;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Xunit.Abstractions;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>Tries every route as every caller, and prints the table.</summary>
public sealed class RoleTableTests(GuardedService guarded, ITestOutputHelper output) : IClassFixture<GuardedService>
{
    private static readonly (string Name, string? Key, AccessRole? Role)[] Callers =
    [
        ("no key", null, null),
        ("wrong key", AccessKey.New(), null),
        ("read", GuardedService.Reader, AccessRole.Read),
        ("operate", GuardedService.Operator, AccessRole.Operate),
        ("admin", GuardedService.Admin, AccessRole.Admin),
    ];

    [Fact]
    public async Task Every_route_lets_in_the_roles_of_the_table_and_nobody_else()
    {
        var table = new StringBuilder($"{"",-62}{string.Join("", Callers.Select(caller => $"{caller.Name,-11}"))}\n");
        var wrong = new List<string>();
        var routes = from route in guarded.Service.Routes
                     from method in RouteRoles.MethodsOf(route)
                     let row = RouteRoles.Find(method, RouteRoles.PatternOf(route))
                     orderby row.Pattern, method
                     select (Method: method, Row: row);
        foreach (var (method, row) in routes.ToArray())
        {
            table.Append($"{method,-7}{row.Pattern,-55}");
            foreach (var caller in Callers)
            {
                var status = await GuardedService.StatusOf(
                    guarded.Service, GuardedService.Request(method, PathOf(row), caller.Key, BodyOf(row)));
                table.Append($"{status,-11}");
                if (Cell(status) != Expected(row, caller.Role))
                    wrong.Add($"{method} {row.Pattern} as {caller.Name}: {status}");
            }
            table.Append('\n');
        }
        output.WriteLine(table.ToString());

        Assert.Empty(wrong);
        Assert.True(routes.Count() > 30, "the table has every route");
    }

    [Fact]
    public void Every_route_has_a_role_and_one_without_does_not_start()
    {
        var stray = new RouteEndpoint(
            _ => Task.CompletedTask,
            RoutePatternFactory.Parse("/v1/shutdown"),
            0,
            new EndpointMetadataCollection(new HttpMethodMetadata(["POST"])),
            null);

        RouteRoles.DemandRoles(guarded.Service.Routes);
        var refused = Assert.Throws<InvalidOperationException>(() => RouteRoles.DemandRoles([stray]));
        Assert.Contains("POST /v1/shutdown", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_for_every_method_has_no_row_and_does_not_start()
    {
        var stray = new RouteEndpoint(
            _ => Task.CompletedTask, RoutePatternFactory.Parse("/v1/endpoints"), 0, EndpointMetadataCollection.Empty, null);

        Assert.Throws<InvalidOperationException>(() => RouteRoles.DemandRoles([stray]));
    }

    [Fact]
    public void What_reads_needs_read_and_what_changes_something_needs_more()
    {
        var wrong = RouteRoles.Table
            .Where(row => row.Role is not null && row.Pattern != RouteRoles.SignOut)
            .Where(row => row.IsMutation == (row.Role == AccessRole.Read));

        Assert.Empty(wrong);
        Assert.Equal(
            ["/healthz/startup", "/healthz/ready", "/healthz/live", RouteRoles.SignIn, RouteRoles.SignIn],
            RouteRoles.Table.Where(row => row.Role is null).Select(row => row.Pattern));
    }

    private static string Expected(RouteRole row, AccessRole? role) =>
        row.Role is null ? "in"
        : role is null ? "401"
        : role >= row.Role ? "in"
        : "403";

    private static string Cell(int status) => status is 401 or 403 ? $"{status}" : "in";

    private static string PathOf(RouteRole row) => row.Pattern
        .Replace("{id}", "off", StringComparison.OrdinalIgnoreCase)
        .Replace("{name}", "trades", StringComparison.Ordinal)
        .Replace("{**key}", "BTC/USDT", StringComparison.Ordinal);

    /// <summary>The sign-in page asks for a key in its form: there 415 says that the request came in.</summary>
    private static string? BodyOf(RouteRole row) =>
        row.Pattern == RouteRoles.SignIn && row.IsMutation ? "{}"
        : row.Pattern.EndsWith("/close", StringComparison.Ordinal) ? """{"code":1000}"""
        : row.Pattern.EndsWith("/send", StringComparison.Ordinal) ? """{"text":"hello"}"""
        : null;
}
