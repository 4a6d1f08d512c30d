using System.Text.RegularExpressions;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of the settings of metrics and traces.</summary>
internal static partial class TelemetryValues
{
    /// <summary>More would take hundreds of megabytes for series that no store wants.</summary>
    private const int MostEndpoints = 100_000;

    public static readonly ValueReader<int> EndpointLimit = Values.Within(
        new Bounds<int>("a whole number from 0 to 100000", number => number is >= 0 and <= MostEndpoints));

    public static readonly ValueReader<Uri?> OffOrCollector = new OptionalObject<Uri>("off", new Guarded<Uri>(
        new Judged<Uri>("the URL of a collector such as \"http://127.0.0.1:4317\"", Collector, url => url.AbsoluteUri),
        url => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)));

    public static readonly ValueReader<string> EnvironmentName = new Judged<string>(
        "the name of an environment variable",
        text => Name().IsMatch(text)
            ? (text, null)
            : (null, "this is no name of an environment variable; write its name here, and the headers into the variable"),
        text => text)
    {
        HoldsSecret = true, // where headers stand in place of the name
    };

    public static readonly ValueReader<TimeSpan> Interval = Values.Within(new Bounds<TimeSpan>(
        "a duration from 1s to 1h", span => span >= TimeSpan.FromSeconds(1) && span <= TimeSpan.FromHours(1)));

    private static (Uri?, string?) Collector(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return (null, "this is no URL of a collector; write one such as \"http://127.0.0.1:4317\", or off");
        return url.UserInfo.Length + url.Query.Length + url.Fragment.Length > 0
            ? (null, "the URL of a collector has no user, query or fragment; put a key into the variable that headers-from names")
            : (url, null);
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Name();
}
