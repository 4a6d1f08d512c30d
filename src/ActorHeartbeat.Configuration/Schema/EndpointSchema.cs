using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// The keys of an endpoint, the same in defaults, templates and endpoints: one for each row of <see cref="EndpointSetting"/>, in the same
/// order.
/// </summary>
internal static class EndpointSchema
{
    /// <summary>An endpoint without any key: the start of the fold over layers.</summary>
    public static readonly EndpointSettings Blank = new() { Id = new EndpointId("blank"), Url = new Uri("ws://blank") };

    public static readonly Shape<EndpointSettings> Shape = new(
        [.. EndpointSetting.All.Select(setting => setting.Accept(new SettingReaders.Keys<EndpointSettings>()))]);
}
