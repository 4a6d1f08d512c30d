using System.Globalization;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>What stands in a placeholder. Immutable.</summary>
internal abstract class TemplateExpression
{
    private TemplateExpression()
    {
    }

    /// <summary>The expressions that it is made of.</summary>
    public virtual IReadOnlyList<TemplateExpression> Parts => [];

    /// <summary>Its value; null when it has none.</summary>
    public abstract TemplateValue? Evaluate(TemplateScope scope);

    /// <summary>The names without which it has no value, whatever else has one.</summary>
    public virtual IEnumerable<string> NeededNames => Parts.SelectMany(part => part.NeededNames);

    /// <summary>It and everything in it.</summary>
    public IEnumerable<TemplateExpression> All() => Parts.SelectMany(part => part.All()).Prepend(this);

    public sealed class Constant(TemplateValue value) : TemplateExpression
    {
        public TemplateValue Value => value;

        public override TemplateValue Evaluate(TemplateScope scope) => value;
    }

    public sealed class Secret(SecretReference reference) : TemplateExpression
    {
        public SecretReference Reference => reference;

        public override TemplateValue? Evaluate(TemplateScope scope) =>
            scope.Secrets.TryGetValue(reference, out var text) ? TemplateValue.Of(text) with { IsSecret = true } : null;
    }

    /// <summary>A pointer into the message at hand, or its whole text.</summary>
    public sealed class OfMessage(string name) : TemplateExpression
    {
        public string Name => name;

        public override TemplateValue? Evaluate(TemplateScope scope) => scope.Message?.Find(name);
    }

    /// <summary>What the configuration gives a name: see <see cref="TemplateName"/>.</summary>
    public sealed class Named(string name) : TemplateExpression
    {
        public string Name => name;

        public override IEnumerable<string> NeededNames => [name];

        public override TemplateValue? Evaluate(TemplateScope scope) => scope.Find(name);
    }

    public sealed class Counter(string name) : TemplateExpression
    {
        public override TemplateValue? Evaluate(TemplateScope scope) =>
            scope.Count is { } count ? TemplateValue.Of(count(name)) : null;
    }

    /// <summary>The number of the attempt or of the connection.</summary>
    public sealed class OfConnection(Func<TemplateScope, long> number) : TemplateExpression
    {
        public override TemplateValue Evaluate(TemplateScope scope) => TemplateValue.Of(number(scope));
    }

    /// <summary>The time in UTC, as text in a format of .NET or as a number.</summary>
    public sealed class Clock(Func<DateTimeOffset, TemplateValue> spell) : TemplateExpression
    {
        public static readonly Clock Milliseconds = new(now => TemplateValue.Of(now.ToUnixTimeMilliseconds()));

        public static readonly Clock Seconds = new(now => TemplateValue.Of(now.ToUnixTimeSeconds()));

        public static Clock In(string format) =>
            new(now => TemplateValue.Of(now.UtcDateTime.ToString(format, CultureInfo.InvariantCulture)));

        public override TemplateValue Evaluate(TemplateScope scope) => spell(scope.Now);
    }

    public sealed class Uuid : TemplateExpression
    {
        public override TemplateValue? Evaluate(TemplateScope scope) =>
            scope.NewUuid is { } make ? TemplateValue.Of(make().ToString()) : null;
    }

    /// <summary>The second where the first has no value.</summary>
    public sealed class Otherwise(TemplateExpression first, TemplateExpression second) : TemplateExpression
    {
        public override IReadOnlyList<TemplateExpression> Parts => [first, second];

        public override IEnumerable<string> NeededNames => first.NeededNames.Intersect(second.NeededNames);

        public override TemplateValue? Evaluate(TemplateScope scope) => first.Evaluate(scope) ?? second.Evaluate(scope);
    }

    /// <summary>A function of values. What is made from a secret is a secret.</summary>
    public sealed class Call(TemplateFunction function, TemplateExpression[] arguments) : TemplateExpression
    {
        public override IReadOnlyList<TemplateExpression> Parts => arguments;

        public override TemplateValue? Evaluate(TemplateScope scope) => Apply(function, arguments, scope);

        public static TemplateValue? Apply(TemplateFunction function, TemplateExpression[] arguments, TemplateScope scope)
        {
            var values = new TemplateValue[arguments.Length];
            for (var index = 0; index < values.Length; index++)
            {
                if (arguments[index].Evaluate(scope) is not { } value)
                    return null;
                values[index] = value;
            }
            if (function.Apply(values) is { } made)
                return made with { IsSecret = Array.Exists(values, value => value.IsSecret) };
            scope.Blame(function.Fault?.Invoke(values));
            return null;
        }
    }

    /// <summary>A function that the host may have registered, found by its name when it is called.</summary>
    public sealed class HostCall(string name, TemplateExpression[] arguments) : TemplateExpression
    {
        public string Name => name;

        public override IReadOnlyList<TemplateExpression> Parts => arguments;

        public override TemplateValue? Evaluate(TemplateScope scope) =>
            scope.Functions.Find(name) is { } function ? Call.Apply(function, arguments, scope) : null;
    }

    /// <summary>The words <c>null</c> and <c>none</c>.</summary>
    public static readonly Constant Null = new(TemplateValue.Of(JsonElement.Parse("null"))), None = new(TemplateValue.None.Value);
}
