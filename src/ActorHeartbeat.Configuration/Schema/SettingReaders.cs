using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Makes the reader of a setting from its row: from its rule, or from the type of its value where it takes every one.</summary>
internal static class SettingReaders
{
    /// <summary>Structures, and words with a spelling of their own. Other words are spelled as the values of their enum.</summary>
    private static readonly Dictionary<Type, object> OfTypes = new(
    [
        Read(Values.Switch),
        Read(AddressValues.TlsVersion),
        Read(AddressValues.Proxy),
        Read(ClockValues.DataIdle),
        Read(ClockValues.Jitter),
        Read(ClockValues.Flap),
        Read(ClockValues.Rotation),
        Read(MessageValues.OptionalMessage),
        Read(MessageValues.OptionalPattern),
        Read(MessageValues.OptionalReply),
        Read(new ListOf<MessageTemplate>(new NotInherited<MessageTemplate>(MessageValues.Message))),
        Read(StepValues.KeepAlives),
        Read(OutcomeValues.Rules),
        Read(FramingValues.Decode),
        Read(FramingValues.Split),
        Read(HeaderValues.Headers),
        Read(HeaderValues.Labels),
        Read(RuleValues.Rules),
        Read(NameValues.Sequence),
    ]);

    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static ValueReader<TValue> Of<TSettings, TValue>(Setting<TSettings, TValue> setting) => (ValueReader<TValue>)(
        (setting.Rule is { } rule ? Find(rule)
        : typeof(TValue).IsEnum && !OfTypes.ContainsKey(typeof(TValue)) ? Values.WordOf((TValue[])Enum.GetValues(typeof(TValue)))
        : OfTypes.GetValueOrDefault(typeof(TValue)))
        ?? throw Missing(setting.Key, typeof(TValue), setting.Rule));

    // Returns null when there is none. It is not generic: it would be compiled for each type of value when the process starts.
    private static object? Find(object rule) => rule switch
    {
        Bounds<TimeSpan> bounds => Values.Within(bounds),
        Bounds<int> bounds => Values.Within(bounds),
        Bounds<double> bounds => Values.Within(bounds),
        Bounds<Rate> bounds => RateValues.Within(bounds),
        ByteCount => Values.Size,
        UrlRule => AddressValues.WebSocketUrl,
        OrNone<TimeSpan> optional => Optional(optional),
        OrNone<int> optional => Optional(optional),
        OrNone<double> optional => Optional(optional),
        OrNone<Rate> optional => Optional(optional),
        // The reader of a text that can be a secret hides it.
        TextRule text when text == ValueRules.Subprotocol => HeaderValues.Subprotocol,
        TextRule text when text == ValueRules.CapturedName => NameValues.Captured,
        TextRule text => Values.AnyText(text),
        OrNoText optional => Values.OptionalText(optional.Rule),
        EachOf<string> each => List(each),
        EachOf<Uri> each => List(each),
        NamedValues named => NameValues.Named(named),
        SubscriptionsRule => SubscriptionValues.Subscriptions,
        StepsRule steps => steps.IsBeforeDial ? StepValues.Preparations : StepValues.Steps,
        _ => null,
    };

    private static OptionalValue<TValue>? Optional<TValue>(OrNone<TValue> rule)
        where TValue : struct => Find(rule.Rule) is ValueReader<TValue> value ? new OptionalValue<TValue>(rule.Word, value) : null;

    private static ListOf<TValue>? List<TValue>(EachOf<TValue> rule) =>
        Find(rule.Rule) is ValueReader<TValue> element ? new ListOf<TValue>(element) : null;

    private static InvalidOperationException Missing(string key, Type value, object? rule) => new(rule is null
        ? $"{key} takes every {Spell(value)}, which no file can spell: give its row a rule of {nameof(ValueRules)}, or "
            + $"{nameof(SettingReaders)} a reader of that type"
        : $"{key} has the rule {Spell(rule.GetType())}, for which {nameof(SettingReaders)} has no reader");

    private static KeyValuePair<Type, object> Read<TValue>(ValueReader<TValue> reader) => new(typeof(TValue), reader);

    /// <summary>The name of a type as C# has it, such as <c>EachOf&lt;Rate&gt;</c>.</summary>
    private static string Spell(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Spell))}>"
        : type.Name;

    /// <summary>Makes the key of the schema for each row.</summary>
    internal sealed class Keys<TSettings> : ISettingVisitor<TSettings, Key<TSettings>>
    {
        public Key<TSettings> Visit<TValue>(Setting<TSettings, TValue> setting) => new Key<TSettings, TValue>(setting, Of(setting));
    }
}
