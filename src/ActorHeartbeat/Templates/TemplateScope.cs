using System.Collections.ObjectModel;

namespace ActorHeartbeat.Templates;

/// <summary>What a template looks at while it is filled. One filling uses it once.</summary>
internal sealed class TemplateScope
{
    private readonly List<string> _made = [];

    /// <summary>The secrets that were read for the attempt.</summary>
    public IReadOnlyDictionary<SecretReference, string> Secrets { get; init; } = ReadOnlyDictionary<SecretReference, string>.Empty;

    /// <summary>What the template's pointers found in the message at hand; null when there is none.</summary>
    public MessageAtHand? Message { get; init; }

    /// <summary>The values of names; null where there are none.</summary>
    public ITemplateNames? Names { get; init; }

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

    /// <summary>The first placeholder that has no value for its place, as it is written; null while every one has.</summary>
    public string? Lacking { get; private set; }

    /// <summary>The texts that were made from secrets, to mask them where the server repeats them.</summary>
    public IReadOnlyList<string> Made => _made;

    /// <summary>Whether that placeholder has a value, which may not stand in its place.</summary>
    public bool DoesNotFit { get; private set; }

    public TemplateValue? Find(string name) => Names?.Find(name, this);

    public void Lack(string placeholder, bool doesNotFit = false)
    {
        if (Lacking is null)
            (Lacking, DoesNotFit) = (placeholder, doesNotFit);
    }

    public void Make(string text) => _made.Add(text);
}
