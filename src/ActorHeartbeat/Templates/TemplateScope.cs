using System.Collections.ObjectModel;

namespace ActorHeartbeat.Templates;

/// <summary>What a template looks at while it is filled. One filling uses it once.</summary>
internal sealed class TemplateScope
{
    private readonly List<string> _made = [];
    private Queue<TemplateValue?>? _recorded; // the values of placeholders in their order, where they are recorded
    private bool _repeats;
    private int _depth;
    private string? _fault; // of the placeholder that is filled

    /// <summary>The secrets that were read for the attempt.</summary>
    public IReadOnlyDictionary<SecretReference, string> Secrets { get; init; } = ReadOnlyDictionary<SecretReference, string>.Empty;

    /// <summary>What the template's pointers found in the message at hand; null when there is none.</summary>
    public MessageAtHand? Message { get; init; }

    /// <summary>The values of names; null where there are none.</summary>
    public ITemplateNames? Names { get; init; }

    /// <summary>The keys that a message of a subscription is about; one of them is <see cref="TemplateName.Each"/>.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];
    /// <summary>Which of a batch of keys the list element is about that is filled now; null outside of these.</summary>
    public int? Each { get; private set; }

    /// <summary>The functions of the host.</summary>
    public HostFunctions Functions { get; init; } = HostFunctions.None;

    /// <summary>The next number of a counter by its name; the name is empty for the one without.</summary>
    public Func<string, long>? Count { get; init; }

    /// <summary>The wall clock.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>Makes a random UUID.</summary>
    public Func<Guid>? NewUuid { get; init; }

    /// <summary>Failures in a row, plus one.</summary>
    public int Attempt { get; init; }

    /// <summary>Which connection of the endpoint.</summary>
    public long Incarnation { get; init; }

    /// <summary>
    /// The first placeholder that has no value for its place, as it is written, and what is wrong with it where a function knows; null
    /// while every one has.
    /// </summary>
    public string? Lacking { get; private set; }

    /// <summary>The texts that were made from secrets, to mask them where the server repeats them.</summary>
    public IReadOnlyList<string> Made => _made;

    /// <summary>Whether that placeholder has a value, which may not stand in its place.</summary>
    public bool DoesNotFit { get; private set; }

    /// <summary>Whether the values are recorded, so that what is filled can be shown without its secrets. Default false.</summary>
    public bool Records
    {
        get => _recorded is not null;
        init => _recorded = value ? new Queue<TemplateValue?>() : null;
    }

    /// <summary>A scope that gives the same values again in the same order, and a placeholder in place of each secret.</summary>
    public TemplateScope Again() => new() { _recorded = _recorded ?? [], _repeats = true, Keys = Keys };

    /// <summary>The value of a placeholder.</summary>
    /// <param name="expression">What stands in it.</param>
    /// <param name="placeholder">As it may be shown.</param>
    public TemplateValue? Evaluate(TemplateExpression expression, string placeholder)
    {
        if (_repeats)
            return _recorded!.TryDequeue(out var known) && known is { IsSecret: true }
                ? TemplateValue.Of(placeholder) with { IsSecret = true }
                : known;
        _fault = null;
        _depth++; // a name is filled inside: what it is made of is no placeholder of its own
        var value = expression.Evaluate(this);
        if (--_depth == 0)
            _recorded?.Enqueue(value);
        if (value is not null)
            _fault = null;
        return value;
    }

    /// <summary>A function has made nothing of its arguments.</summary>
    /// <param name="why">What is wrong with one of them, as it may be shown; null where it is not known.</param>
    public void Blame(string? why) => _fault = why;

    public TemplateValue? Find(string name) =>
        name != TemplateName.Each ? Names?.Find(name, this)
        : Each is { } index ? TemplateValue.Of(Keys[index])
        : Keys is [var only] ? TemplateValue.Of(only)
        : null;

    /// <summary>Does something for each key of a batch in turn, until it fails; once where there is no batch, or inside this.</summary>
    public bool ForEachKey(Func<bool> fill)
    {
        if (Keys.Count <= 1 || Each is not null)
            return fill();
        for (var index = 0; index < Keys.Count; index++)
        {
            Each = index;
            if (!fill())
                return false;
        }
        Each = null;
        return true;
    }

    public void Lack(string placeholder, bool doesNotFit = false)
    {
        if (Lacking is null)
            (Lacking, DoesNotFit) = (_fault is null ? placeholder : $"{placeholder}, {_fault},", doesNotFit);
    }

    public void Make(string text) => _made.Add(text);
}
