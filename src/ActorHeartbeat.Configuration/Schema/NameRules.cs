using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Conversations;
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
        new(EndpointSetting.Prepare.Key, null, EarlyNames.RejectPrepare),
        new(EndpointSetting.OnOpen.Key, null, EarlyNames.RejectOnOpen),
        new(EndpointSetting.OnMessage.Key, null, RejectRules),
        new(EndpointSetting.HeartbeatLet.Key, null, RejectHeartbeatLet),
        new(EndpointSetting.KeepAlives.Key, null, RejectKeepAlives),
        new(EndpointSetting.Subscriptions.Key, null, RejectSubscriptions),
        new(EndpointSetting.Secrets.Key, null, RejectSecrets),
        new(EndpointSetting.OutcomesRules.Key, null, endpoint =>
            RejectForget(endpoint.Outcomes.Rules.SelectMany(rule => rule.Forget), endpoint, at => at)),
        OfHandshake(EndpointSetting.Url, endpoint => [endpoint.Url.OriginalString]),
        OfHandshake(EndpointSetting.Urls, endpoint => endpoint.Urls.Select(url => url.OriginalString)),
        OfHandshake(EndpointSetting.Subprotocols, endpoint => endpoint.Subprotocols),
        OfHandshake(EndpointSetting.Headers, endpoint => endpoint.Headers.Values.Where(IsTemplate).Select(header => header.Text)),
        OfHeartbeat(EndpointSetting.HeartbeatSend, heartbeat => heartbeat.Send?.Templates ?? []),
        OfHeartbeat(EndpointSetting.HeartbeatExpect, heartbeat => heartbeat.Expect?.Templates ?? []),
        Asks(EndpointSetting.HeartbeatReply, endpoint => endpoint.Heartbeat.Reply is { } reply
            ? [.. reply.Match.Templates, .. reply.Send.Templates]
            : []),
        Asks(EndpointSetting.OnClose, endpoint => endpoint.OnClose.SelectMany(message => message.Templates)),
    ];

    private static bool IsTemplate(SecretValue header) => header.Source == SecretSource.Template;

    private static Rule<EndpointSettings> Asks(
        Setting<EndpointSettings> setting, Func<EndpointSettings, IEnumerable<Template>> templates) =>
        new(setting.Key, null, endpoint =>
            templates(endpoint).ToArray() is { Length: > 0 } asking ? RejectNames(asking, Given(endpoint), endpoint) : null);

    private static Rule<EndpointSettings> OfHeartbeat(
        Setting<EndpointSettings> setting, Func<HeartbeatSettings, IEnumerable<Template>> templates) =>
        new(setting.Key, null, endpoint => templates(endpoint.Heartbeat).ToArray() is { Length: > 0 } asking
            ? RejectNames(asking, [.. Given(endpoint), .. endpoint.Heartbeat.Let.Keys], endpoint)
            : null);

    /// <summary>In the handshake a value of the connection is never there.</summary>
    private static Rule<EndpointSettings> OfHandshake(
        Setting<EndpointSettings> setting, Func<EndpointSettings, IEnumerable<string>> texts) =>
        new(setting.Key, null, endpoint =>
        {
            var templates = texts(endpoint).Where(Template.MayBe).Select(Template.Parse).ToArray();
            if (templates.Length == 0)
                return null;
            if (RejectNames(templates, Given(endpoint), endpoint) is { } flaw)
                return flaw;
            var captured = CapturedBy(endpoint.OnOpen).Concat(CapturedByRules(endpoint)).Except(CapturedBy(endpoint.Prepare)).ToHashSet();
            foreach (var name in NamesOf(templates))
            {
                var late = NamesBehind(name, endpoint.Let)
                    .FirstOrDefault(each => captured.Contains(each) && !TemplateName.IsOfSession(each));
                if (late is not null)
                    return new Flaw(
                        $"{late} is captured on the connection, and the handshake comes before it; "
                            + $"{TemplateName.Session}.{late} outlives a connection",
                        at => Placeholders.Asking(at, name));
            }
            return null;
        });

    /// <summary>A name, and all names that its value is made of.</summary>
    private static HashSet<string> NamesBehind(string name, ValueMap<ValueTemplate> let)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([name]);
        while (open.TryDequeue(out var next))
        {
            if (!names.Add(next) || !let.TryGetValue(next, out var value))
                continue;
            foreach (var each in NamesOf(value.Templates))
                open.Enqueue(each);
        }
        return names;
    }

    private static Flaw? RejectLet(EndpointSettings endpoint)
    {
        if (endpoint.Let.Count == 0)
            return null;
        return Twice(endpoint.Let.Keys, Captured(endpoint)) is { } name
            ? new Flaw($"{name} is captured too; give one of them another name", at => at.Find(name))
            : RejectCircle(endpoint.Let, at => at) ?? RejectNames(TemplatesOf(endpoint.Let), Given(endpoint), endpoint);
    }

    private static Flaw? RejectSteps(EndpointSettings endpoint, ValueList<DialogueStep> steps)
    {
        if (steps.Count == 0)
            return null;
        var given = Given(endpoint);
        for (var index = 0; index < steps.Count; index++)
        {
            if (RejectStep(steps[index], (index, steps.Count), given, endpoint) is { } flaw)
                return flaw;
        }
        return null;
    }

    private static Flaw? RejectStep(
        DialogueStep step, (int Index, int Count) place, HashSet<string> given, EndpointSettings endpoint)
    {
        // Null for a step of the layer below.
        Cursor? Step(Cursor at) =>
            Inherited.Around(at, place.Count).Where(own => own.Index == place.Index).Select(own => (Cursor?)own.At).FirstOrDefault();

        foreach (var (key, name) in ((string, string?)[])[("when", step.When), ("unless", step.Unless)])
        {
            if (name is not null && !given.Contains(name))
                return new Flaw(NobodyGives(name, given, endpoint), at => Step(at)?.Find(key));
        }
        HashSet<string> known = [.. given, .. step.Let.Keys];
        return RejectBlock(step.Let, given, at => Step(at)?.Find("let"))
            ?? RejectNames((step with { Reason = null }).Templates, known, endpoint, Step)
            ?? RejectNames(
                step.ReasonTemplate is { } reason ? [reason] : [],
                [.. known, .. step.Reject?.Groups ?? []],
                endpoint,
                at => Step(at)?.Find("reason"))
            ?? RejectForget(step.Forget, endpoint, Step)
            ?? RejectSet(step.Set, endpoint, Step);
    }

    private static Flaw? RejectRules(EndpointSettings endpoint)
    {
        if (endpoint.OnMessage.Count == 0)
            return null;
        return RejectNames(endpoint.OnMessage.SelectMany(rule => rule.Templates), Given(endpoint), endpoint)
            ?? RejectForget(endpoint.OnMessage.SelectMany(rule => rule.Forget), endpoint, at => at)
            ?? RejectSet(endpoint.OnMessage.SelectMany(rule => rule.Set), endpoint, at => at);
    }

    private static Flaw? RejectKeepAlives(EndpointSettings endpoint)
    {
        if (endpoint.KeepAlives.Count == 0)
            return null;
        var given = Given(endpoint);
        foreach (var (name, keepAlive) in endpoint.KeepAlives)
        {
            var flaw = RejectBlock(keepAlive.Let, given, at => at.Find(name)?.Find("let"))
                ?? RejectNames(keepAlive.Templates, [.. given, .. keepAlive.Let.Keys], endpoint, at => at.Find(name));
            if (flaw is not null)
                return flaw;
        }
        return null;
    }

    private static Flaw? RejectSubscriptions(EndpointSettings endpoint)
    {
        if (endpoint.Subscriptions.Count == 0)
            return null;
        var given = Given(endpoint);
        foreach (var (name, each) in endpoint.Subscriptions)
        {
            HashSet<string> captured = [.. each.Capture.Keys, .. each.Expect?.Groups ?? []];
            HashSet<string> known = [.. given, .. each.Let.Keys, .. captured, TemplateName.Each];
            if (each.Sequence is not null)
                known.Add(TemplateName.Sequence);
            var flaw = (Combinations.RejectSubscription(each) is { } reason ? new Flaw(reason, at => at.Find(name)) : null)
                ?? (Twice(each.Capture.Keys, given) is { } twice
                    ? new Flaw(
                        $"{twice} has a value already; give one of them another name", at => at.Find(name)?.Find("capture")?.Find(twice))
                    : null)
                ?? RejectBlock(each.Let, [.. given, .. captured], at => at.Find(name)?.Find("let"))
                ?? RejectNames((each with { Reason = null }).Templates, known, endpoint, at => at.Find(name))
                ?? RejectNames(
                    each.ReasonTemplate is { } template ? [template] : [],
                    [.. known, .. each.Reject?.Groups ?? []],
                    endpoint,
                    at => at.Find(name)?.Find("reason"));
            if (flaw is not null)
                return flaw;
        }
        return null;
    }

    /// <summary>A message may set the interval of a keep-alive that is there.</summary>
    private static Flaw? RejectSet(
        IEnumerable<KeyValuePair<string, ValueTemplate>> set, EndpointSettings endpoint, Func<Cursor, Cursor?> part) =>
        set.Select(each => DictatedSettings.KeepAliveOf(each.Key))
            .FirstOrDefault(name => name is not null && !endpoint.KeepAlives.ContainsKey(name)) is { } unknown
            ? new Flaw($"there is no keep-alive {unknown}{Meant(unknown, [.. endpoint.KeepAlives.Keys], "")}", part)
            : null;

    private static Flaw? RejectHeartbeatLet(EndpointSettings endpoint)
    {
        var let = endpoint.Heartbeat.Let;
        if (let.Count == 0)
            return null;
        var given = Given(endpoint);
        return RejectBlock(let, given, at => at) ?? RejectNames(TemplatesOf(let), [.. given, .. let.Keys], endpoint);
    }

    /// <summary>It does not repeat what it refuses: a secret may stand there by mistake.</summary>
    private static Flaw? RejectSecrets(EndpointSettings endpoint)
    {
        if (endpoint.Secrets.Count == 0)
            return null;
        HashSet<string> captured = [.. Captured(endpoint), .. endpoint.Subscriptions.Values.SelectMany(each => each.Capture.Keys)];
        return Unknown(endpoint.Secrets, captured) is { } name
            ? new Flaw(
                $"nothing captures a value of this name{Known(captured, "; capture does")}",
                at => Element(at, name))
            : null;
    }

    private static Flaw? RejectBlock(ValueMap<ValueTemplate> let, HashSet<string> around, Func<Cursor, Cursor?> block) =>
        Twice(let.Keys, around) is { } name
            ? new Flaw($"{name} has a value already; give one of them another name", at => block(at)?.Find(name))
            : RejectCircle(let, block);

    private static Flaw? RejectCircle(ValueMap<ValueTemplate> let, Func<Cursor, Cursor?> block) =>
        MadeOfItself(let) is { } name ? new Flaw($"{name} is made of itself", at => block(at)?.Find(name)) : null;

    private static Flaw? RejectNames(
        IEnumerable<Template> templates,
        IReadOnlyCollection<string> given,
        EndpointSettings endpoint,
        Func<Cursor, Cursor?>? part = null) =>
        Unknown(NamesOf(templates), given) is { } name
            ? new Flaw(
                NobodyGives(name, given, endpoint),
                at => (part is null ? at : part(at)) is { } inside ? Placeholders.Asking(inside, name) : null)
            : null;

    private static Flaw? RejectForget(IEnumerable<string> names, EndpointSettings endpoint, Func<Cursor, Cursor?> part)
    {
        var forgotten = names.Except([TemplateName.Session, TemplateName.Sequence]).ToArray();
        if (forgotten.Length == 0)
            return null;
        var captured = Captured(endpoint);
        return Unknown(forgotten, captured) is { } name
            ? new Flaw(
                $"{name} is captured nowhere{Meant(name, captured, "")}",
                at => part(at) is { } inside ? Forgetting(inside, name) : null)
            : null;
    }

    /// <summary>Where a list of steps or rules, or one of them, forgets a name.</summary>
    private static Cursor? Forgetting(Cursor at, string name)
    {
        if (at.Fields is not null)
            return at.Find("forget") is { } forget ? Element(forget, name) : null;
        var elements = at.Elements ?? [];
        for (var index = 0; index < elements.Count; index++)
        {
            if (Forgetting(at.Element(index, elements[index]), name) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>The element of a list that is this text, or the text itself.</summary>
    private static Cursor? Element(Cursor at, string text)
    {
        if (at.Text == text)
            return at;
        var elements = at.Elements ?? [];
        for (var index = 0; index < elements.Count; index++)
        {
            var element = at.Element(index, elements[index]);
            if (element.Text == text)
                return element;
        }
        return null;
    }

    private static string NobodyGives(string name, IReadOnlyCollection<string> given, EndpointSettings endpoint) =>
        name == TemplateName.Each ? $"@{{{name}}} is the key of a subscription, and stands there alone"
        : name == TemplateName.Sequence ? $"@{{{name}}} needs the key sequence, which says where the peer numbers its messages"
        : IsOfBlock(name, endpoint)
            ? $"{name} has its value in another let, which is for its step, heartbeat, keep-alive or subscription alone; use let of the "
                + "endpoint"
        : $"nothing gives {name} a value{Meant(name, given, TemplateName.IsOfSession(name) ? "; capture does" : "; let and capture do")}";

    private static bool IsOfBlock(string name, EndpointSettings endpoint) =>
        endpoint.Heartbeat.Let.ContainsKey(name)
        || endpoint.Prepare.Concat(endpoint.OnOpen).Any(step => step.Let.ContainsKey(name))
        || endpoint.KeepAlives.Values.Any(each => each.Let.ContainsKey(name))
        || endpoint.Subscriptions.Values.Any(each => each.Let.ContainsKey(name));

    private static string Meant(string name, IReadOnlyCollection<string> known, string none) =>
        Nearest.To(name, known) is { } near ? $"; did you mean {near}?" : Known(known, none);

    private static string Known(IReadOnlyCollection<string> known, string none) =>
        known.Count == 0 ? none : $"; known: {string.Join(", ", known.Order(StringComparer.Ordinal))}";

    /// <summary>The names that a placeholder may ask for anywhere.</summary>
    private static HashSet<string> Given(EndpointSettings endpoint) =>
        [.. endpoint.Let.Keys, .. Captured(endpoint), .. endpoint.Sequence is null ? [] : (string[])[TemplateName.Sequence]];

    public static HashSet<string> Captured(EndpointSettings endpoint) =>
        [.. CapturedBy(endpoint.Prepare), .. CapturedBy(endpoint.OnOpen), .. CapturedByRules(endpoint)];

    public static IEnumerable<string> CapturedBy(ValueList<DialogueStep> steps) =>
        steps.SelectMany(step => step.Capture.Keys.Concat(step.Expect?.Groups ?? []).Concat(step.Call?.Gives ?? []));

    public static IEnumerable<string> CapturedByRules(EndpointSettings endpoint) =>
        endpoint.OnMessage
            .SelectMany(rule => rule.Capture.Keys.Concat(rule.Match.Groups))
            .Concat(endpoint.Heartbeat.Reply?.Match.Groups ?? []);

    private static IEnumerable<string> NamesOf(IEnumerable<Template> templates) => templates.SelectMany(template => template.Names);

    private static IEnumerable<Template> TemplatesOf(ValueMap<ValueTemplate> values) => values.Values.SelectMany(value => value.Templates);

    private static string? Unknown(IEnumerable<string> asked, IReadOnlyCollection<string> given) =>
        asked.FirstOrDefault(name => !given.Contains(name));

    private static string? Twice(IEnumerable<string> names, HashSet<string> others) => names.FirstOrDefault(others.Contains);

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
            var isCircle = NamesOf(value.Templates).Any(IsCircle);
            above.Remove(name);
            if (!isCircle)
                sound.Add(name);
            return isCircle;
        }
    }
}
