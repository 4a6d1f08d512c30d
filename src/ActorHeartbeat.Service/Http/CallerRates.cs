using System.Threading.RateLimiting;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Contract;
using Microsoft.AspNetCore.RateLimiting;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Bounds the requests of each caller by the rate of its role, those that are refused included. Nothing waits: what is too much is refused.
/// </summary>
internal static class CallerRates
{
    /// <summary>All requests without a rate: their limiter knows none.</summary>
    private static readonly Partition Unbounded = new(Proof.Place, "", default);

    public static void Add(IServiceCollection services) =>
        services.AddRateLimiter(_ => { }).AddOptions<RateLimiterOptions>().Configure<AccessControl>((limiter, access) =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, Partition>(http => Of(http, access));
            limiter.OnRejected = (rejected, _) => new ValueTask(rejected.HttpContext.Refuse(
                new Problem(
                    StatusCodes.Status429TooManyRequests,
                    "Too many requests",
                    "the rate of this caller's role is used up",
                    "wait as long as Retry-After says; http.access.rate is the limit"),
                rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : null));
        });

    /// <summary>The limiter looks at its callers ten times a second, so it is made for the first whose role has a rate.</summary>
    public static void Use(WebApplication application) => application.Use(next =>
    {
        var access = application.Services.GetRequiredService<AccessControl>();
        var limited = new Lazy<RequestDelegate>(() =>
        {
            var branch = ((IApplicationBuilder)application).New();
            branch.UseRateLimiter();
            branch.Run(next);
            return branch.Build();
        });
        return http => RateOf(http, access) is null ? next(http) : limited.Value(http);
    });

    private static Rate? RateOf(HttpContext http, AccessControl access) =>
        http.Features.Get<Caller>() is { By: not Proof.Place } caller ? RateOf(caller.Role, access.Settings.Rates) : null;

    private static RateLimitPartition<Partition> Of(HttpContext http, AccessControl access) =>
        http.Features.Get<Caller>() is { } caller && RateOf(http, access) is { } rate
            ? RateLimitPartition.GetTokenBucketLimiter(new Partition(Proving(caller.By), caller.Name, rate), Bucket)
            : RateLimitPartition.GetNoLimiter(Unbounded);

    /// <summary>Who has signed in with a key has one rate with those who send it.</summary>
    private static Proof Proving(Proof by) => by == Proof.SignIn ? Proof.Key : by;

    private static Rate? RateOf(AccessRole role, RoleRates rates) => role switch
    {
        AccessRole.Admin => rates.Admin,
        AccessRole.Operate => rates.Operate,
        _ => rates.Read,
    };

    /// <summary>Room for what one second brings, at least for one request; a permit comes back as often as the rate says.</summary>
    private static TokenBucketRateLimiterOptions Bucket(Partition partition)
    {
        var rate = partition.Rate;
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = (int)Math.Clamp(rate.Count / rate.Per.TotalSeconds, 1, int.MaxValue),
            TokensPerPeriod = 1,
            ReplenishmentPeriod = rate.Per / rate.Count,
            QueueLimit = 0,
        };
    }

    /// <summary>A caller at a rate: after a reload with another rate it begins anew.</summary>
    private sealed record Partition(Proof By, string Name, Rate Rate);
}
