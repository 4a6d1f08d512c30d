using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// Contradictions between the names that an endpoint's keys give and those that they ask for, checked when all layers are in place.
/// </summary>
internal static class NameRules
{
    public static readonly IReadOnlyList<Rule<EndpointSettings>> All =
    [
        new(EndpointSetting.Let.Key, null, RejectLet),
        new(EndpointSetting.Prepare.Key, null, endpoint => RejectSteps(endpoint, endpoint.Prepare)),
        new(EndpointSetting.OnOpen.Key, null, endpoint => RejectSteps(endpoint, endpoint.OnOpen)),
        new(EndpointSetting.OnMessage.Key, null, RejectRules),
        new(EndpointSetting.HeartbeatLet.Key, null, RejectHeartbeat),
        new(EndpointSetting.KeepAlives.Key, null, RejectKeepAlives),
        new(EndpointSetting.Secrets.Key, null, endpoint =>
            Unknown(endpoint.Secrets, Captured(endpoint)) is { } name ? $"{name} is captured nowhere" : null),
        new(EndpointSetting.OutcomesRules.Key, null, endpoint =>
            RejectForget("", endpoint.Outcomes.Rules.SelectMany(rule => rule.Forget), endpoint)),
        Asks(EndpointSetting.Url, endpoint => [endpoint.Url.OriginalString]),
        Asks(EndpointSetting.Urls, endpoint => endpoint.Urls.Select(url => url.OriginalString)),
        Asks(EndpointSetting.Subprotocols, endpoint => endpoint.Subprotocols),
        Asks(EndpointSetting.Headers, endpoint => endpoint.Headers.Values.Where(IsTemplate).Select(header => header.Text)),
        Asks(EndpointSetting.HeartbeatReply, endpoint => Texts(endpoint.Heartbeat.Reply?.Send.Templates ?? [])),
        Asks(EndpointSetting.OnClose, endpoint => Texts(endpoint.OnClose.SelectMany(message => message.Templates))),
    ];

    private static IEnumerable<string> Texts(IEnumerable<Template> templates) => templates.Select(template => template.Text);

    private static bool IsTemplate(SecretValue header) => header.Source == SecretSource.Template;

    private static Rule<EndpointSettings> Asks(Setting<EndpointSettings> setting, Func<EndpointSettings, IEnumerable<string>> texts) =>
        new(setting.Key, null, endpoint =>
            texts(endpoint).Where(Template.MayBe).Select(Template.Parse).ToArray() is { Length: > 0 } templates
                ? RejectNames("", templates, Given(endpoint))
                : null);

    private static string? RejectLet(EndpointSettings endpoint)
    {
        if (endpoint.Let.Count == 0)
            return null;
        return Twice(endpoint.Let.Keys, Captured(endpoint)) is { } name ? $"{name} is captured too; give one of them another name"
            : MadeOfItself(endpoint.Let) is { } circle ? $"{circle} is made of itself"
            : RejectNames("", TemplatesOf(endpoint.Let), Given(endpoint));
    }

    private static string? RejectSteps(EndpointSettings endpoint, ValueList<DialogueStep> steps)
    {
        if (steps.Count == 0)
            return null;
        var given = Given(endpoint);
        for (var index = 0; index < steps.Count; index++)
        {
            var (step, place) = (steps[index], $"step {index + 1}: ");
            if (RejectBlock(place, step.Let, given) is { } reason)
                return reason;
            HashSet<string> known = [.. given, .. step.Let.Keys, .. step.Reject?.Groups ?? []];
            if (Unknown([.. OrNone(step.When), .. OrNone(step.Unless)], given) is { } name)
                return NobodyGives(place, name, given);
            var flaw = RejectNames(place, step.Templates, known)
                ?? RejectForget(place, step.Forget, endpoint)
                ?? RejectSet(place, step.Set, endpoint);
            if (flaw is not null)
                return flaw;
        }
        return null;
    }

    private static string? RejectRules(EndpointSettings endpoint)
    {
        if (endpoint.OnMessage.Count == 0)
            return null;
        var given = Given(endpoint);
        for (var index = 0; index < endpoint.OnMessage.Count; index++)
        {
            var (rule, place) = (endpoint.OnMessage[index], $"rule {index + 1}: ");
            var flaw = RejectNames(place, rule.Templates, given)
                ?? RejectForget(place, rule.Forget, endpoint)
                ?? RejectSet(place, rule.Set, endpoint);
            if (flaw is not null)
                return flaw;
        }
        return null;
    }

    private static string? RejectHeartbeat(EndpointSettings endpoint)
    {
        var heartbeat = endpoint.Heartbeat;
        Template[] templates = [.. heartbeat.Send?.Templates ?? [], .. heartbeat.Expect?.Templates ?? [], .. TemplatesOf(heartbeat.Let)];
        if (templates.Length == 0)
            return null;
        var given = Given(endpoint);
        return RejectBlock("", heartbeat.Let, given) ?? RejectNames("heartbeat: ", templates, [.. given, .. heartbeat.Let.Keys]);
    }

    private static string? RejectKeepAlives(EndpointSettings endpoint)
    {
        if (endpoint.KeepAlives.Count == 0)
            return null;
        var given = Given(endpoint);
        return endpoint.KeepAlives
            .Select(each =>
                RejectBlock($"{each.Key}: ", each.Value.Let, given)
                ?? RejectNames(
                    $"{each.Key}: ", each.Value.Templates, [.. given, .. each.Value.Let.Keys]))
            .FirstOrDefault(flaw => flaw is not null);
    }

    private static string? RejectBlock(string place, ValueMap<ValueTemplate> let, HashSet<string> around) =>
        Twice(let.Keys, around) is { } name ? $"{place}{name} has a value already; give one of them another name"
        : MadeOfItself(let) is { } circle ? $"{place}{circle} is made of itself"
        : null;

    private static string? RejectNames(string place, IEnumerable<Template> templates, IReadOnlyCollection<string> given) =>
        Unknown(templates.SelectMany(template => template.Names), given) is { } name ? NobodyGives(place, name, given) : null;

    private static string? RejectForget(string place, IEnumerable<string> names, EndpointSettings endpoint) =>
        Unknown(names.Except([TemplateName.Session, TemplateName.Sequence]), Captured(endpoint)) is { } name
            ? $"{place}forget names {name}, which is captured nowhere"
            : null;

    private static string? RejectSet(string place, ValueMap<ValueTemplate> set, EndpointSettings endpoint)
    {
        foreach (var (key, value) in set)
        {
            if (DictatedSettings.KeepAliveOf(key) is { } name && !endpoint.KeepAlives.ContainsKey(name))
                return $"{place}set {key}: there is no keep-alive {name}";
            if (!value.Templates.Any(template => template.HasPlaceholders)
                && DictatedSettings.Reject(key, value.Fill(new TemplateScope())!.AsText()!) is { } reason)
                return $"{place}set {key}: {reason}";
        }
        return null;
    }

    private static string NobodyGives(string place, string name, IReadOnlyCollection<string> given) =>
        name == TemplateName.Sequence
            ? $"{place}@{{{name}}} needs the key sequence, which says where the peer numbers its messages"
            : $"{place}nothing gives {name} a value"
                + (Nearest.To(name, given) is { } near ? $"; did you mean {near}?"
                    : given.Count == 0 ? "; let and capture do"
                    : $"; given are {string.Join(", ", given.Order(StringComparer.Ordinal))}");

    /// <summary>The names that a placeholder may ask for anywhere.</summary>
    private static HashSet<string> Given(EndpointSettings endpoint) =>
        [.. endpoint.Let.Keys, .. Captured(endpoint), .. endpoint.Sequence is null ? [] : (string[])[TemplateName.Sequence]];

    private static HashSet<string> Captured(EndpointSettings endpoint) =>
    [
        .. endpoint.Prepare.Concat(endpoint.OnOpen).SelectMany(step => step.Capture.Keys.Concat(step.Expect?.Groups ?? [])),
        .. endpoint.OnMessage.SelectMany(rule => rule.Capture.Keys.Concat(rule.Match.Groups)),
    ];

    private static IEnumerable<Template> TemplatesOf(ValueMap<ValueTemplate> values) => values.Values.SelectMany(value => value.Templates);

    private static string? Unknown(IEnumerable<string> asked, IReadOnlyCollection<string> given) =>
        asked.FirstOrDefault(name => !given.Contains(name));

    private static string? Twice(IEnumerable<string> names, HashSet<string> others) => names.FirstOrDefault(others.Contains);

    private static IEnumerable<string> OrNone(string? name) => name is null ? [] : [name];

    private static string? MadeOfItself(ValueMap<ValueTemplate> let)
    {
        var sound = new HashSet<string>(StringComparer.Ordinal);
        var above = new HashSet<string>(StringComparer.Ordinal);
        return let.Keys.FirstOrDefault(IsCircle);

        bool IsCircle(string name)
        {
            if (!let.TryGetValue(name, out var value) || sound.Contains(name))
                return false;
            if (!above.Add(name))
                return true;
            var isCircle = value.Templates.SelectMany(template => template.Names).Any(IsCircle);
            above.Remove(name);
            if (!isCircle)
                sound.Add(name);
            return isCircle;
        }
    }
}
