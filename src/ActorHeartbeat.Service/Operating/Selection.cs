using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Operating;

/// <summary>
/// Which endpoints a verb is about: those that are named, and those of each selector. An id has no <c>=</c>, <c>!</c>, <c>*</c> or
/// comma, so a word with one of them is a selector. Pure.
/// </summary>
internal sealed class Selection
{
    private readonly IReadOnlyList<string> _ids;
    private readonly IReadOnlyList<LabelSelector> _selectors;

    private Selection(IReadOnlyList<string> ids, IReadOnlyList<LabelSelector> selectors) => (_ids, _selectors) = (ids, selectors);

    /// <summary>Whether nothing is named.</summary>
    public bool IsEmpty => _ids.Count == 0 && _selectors.Count == 0;

    /// <summary>The ids that are named.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>The selectors as they were written.</summary>
    public IEnumerable<string> Selectors => _selectors.Select(each => each.ToString());

    /// <exception cref="FormatException">A word is neither an id nor a selector; the message says why.</exception>
    public static Selection Parse(IEnumerable<string> words, IEnumerable<string> selectors)
    {
        var all = words.Distinct(StringComparer.Ordinal).ToLookup(IsSelector);
        if (all[false].Select(EndpointId.Reject).FirstOrDefault(reason => reason is not null) is { } reason)
            throw new FormatException(reason);
        return new Selection([.. all[false]], [.. all[true].Concat(selectors).Select(LabelSelector.Parse)]);
    }

    /// <param name="endpoints">All endpoints.</param>
    /// <param name="view">What is shown of one.</param>
    /// <returns>Those that are meant, and the ids that no endpoint has. Nothing named means all.</returns>
    public (IReadOnlyList<T> Chosen, IReadOnlyList<string> Unknown) Of<T>(IReadOnlyList<T> endpoints, Func<T, EndpointView> view)
    {
        if (IsEmpty)
            return (endpoints, []);
        var named = _ids.ToHashSet(StringComparer.Ordinal);
        List<T> chosen = [.. endpoints.Where(each => named.Contains(view(each).Id) || IsSelected(view(each)))];
        named.ExceptWith(chosen.Select(each => view(each).Id));
        return (chosen, [.. _ids.Where(named.Contains)]);
    }

    /// <summary>Says that no endpoint has this id, and which one may be meant.</summary>
    public static string Unknown(string id, IEnumerable<string> known) =>
        Nearest.To(id, known) is { } near ? $"there is no such endpoint; did you mean \"{near}\"?" : "there is no such endpoint";

    private bool IsSelected(EndpointView endpoint) =>
        _selectors.Count > 0 && new ValueMap<string>(endpoint.Labels) is var labels && _selectors.Any(each => each.Matches(labels));

    private static bool IsSelector(string word) => word.AsSpan().IndexOfAny("=!*,") >= 0;
}
