using System.Text.RegularExpressions;

namespace Akka.Actor;

/// <summary>Actors by path from an anchor, found anew for each message. '..' is the parent; '*' and '?' match names.</summary>
public class ActorSelection : ICanTell
{
    private readonly string[] _elements;

    public ActorSelection(IActorRef anchor, string path) : this(anchor, path.Split('/')) { }

    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
    {
        Anchor = anchor;
        _elements = [.. elements.Where(element => element.Length > 0)];
    }

    public IActorRef Anchor { get; }

    public string PathString => "/" + string.Join('/', _elements);

    public void Tell(object message, IActorRef sender = null)
    {
        if (message is null)
            throw new InvalidMessageException();
        new SelectionMessage(message, _elements).Deliver(Anchor, sender ?? ActorCell.CurrentSelf);
    }

    /// <summary>The first actor that answers.</summary>
    /// <exception cref="ActorNotFoundException">None did in time.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct);
            return identity.Subject ?? throw new ActorNotFoundException($"There is no actor at {this}.");
        }
        catch (AskTimeoutException late)
        {
            throw new ActorNotFoundException($"No actor at {this} answered within {timeout}.", late);
        }
    }

    public override bool Equals(object obj) => obj is ActorSelection other && Equals(Anchor, other.Anchor) && _elements.SequenceEqual(other._elements);

    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path}), Path({PathString})]";
}

/// <summary>A message on its way down a selection's path. Names are looked up from the teller's thread: the table of children is safe for it.</summary>
internal sealed class SelectionMessage(object message, string[] elements)
{
    public void Deliver(IActorRef anchor, IActorRef sender)
    {
        IReadOnlyList<IActorRef> found = [anchor];
        foreach (var element in elements)
            found = [.. found.OfType<LocalActorRef>().SelectMany(parent => Step(parent.Cell, element))];
        foreach (var actor in found)
            actor.Tell(message, sender);
        if (found.Count == 0)
            ReportUndelivered(anchor, sender);
    }

    private static IEnumerable<IActorRef> Step(ActorCell cell, string element)
    {
        if (element == "..")
            return [cell.Parent];
        if (!element.Contains('*') && !element.Contains('?'))
            return cell.Child(element) is LocalActorRef child ? [child] : [];
        var pattern = new Regex("^" + Regex.Escape(element).Replace("\\*", ".*").Replace("\\?", ".") + "$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return cell.GetChildren().Where(each => pattern.IsMatch(each.Path.Name));
    }

    private void ReportUndelivered(IActorRef anchor, IActorRef sender)
    {
        if (message is Identify identify)
        {
            sender?.Tell(new ActorIdentity(identify.MessageId, null), ActorRefs.NoSender);
            return;
        }

        if (anchor is LocalActorRef { Cell.System: { DeadLetters: var deadLetters } system })
            system.EventStream.Publish(new Event.DeadLetter(message, sender ?? deadLetters, new FunctionRef(anchor.Path / elements, (_, _) => { })));
    }
}
