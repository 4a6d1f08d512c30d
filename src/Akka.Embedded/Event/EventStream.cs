using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Event;

/// <summary>Publishes log events; the level decides which of them are made at all.</summary>
public class LoggingBus
{
    private readonly Lock _lock = new();
    private (IActorRef Subscriber, Type Channel)[] _subscriptions = [];
    private ConcurrentDictionary<Type, IActorRef[]> _subscribersByType = new();

    internal LoggingBus() { }

    /// <summary>Events below it are not made.</summary>
    public LogLevel LogLevel { get; private set; } = LogLevel.InfoLevel;

    /// <summary>Changes what is made from now on; loggers receive all that is made.</summary>
    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    internal void PublishEvent(object published)
    {
        foreach (var subscriber in SubscribersOf(published.GetType()))
            subscriber.Tell(published, ActorRefs.NoSender);
    }

    private protected bool Add(IActorRef subscriber, Type channel)
    {
        lock (_lock)
        {
            if (_subscriptions.Any(each => each.Channel == channel && each.Subscriber.Equals(subscriber)))
                return false;
            Replace([.. _subscriptions, (subscriber, channel)]);
            return true;
        }
    }

    private protected bool RemoveWhere(Predicate<(IActorRef Subscriber, Type Channel)> isGone)
    {
        lock (_lock)
        {
            var rest = Array.FindAll(_subscriptions, each => !isGone(each));
            var found = rest.Length < _subscriptions.Length;
            if (found)
                Replace(rest);
            return found;
        }
    }

    private void Replace((IActorRef Subscriber, Type Channel)[] subscriptions)
    {
        _subscriptions = subscriptions;
        _subscribersByType = new();
    }

    /// <summary>Each subscriber once, however many of its channels fit, in the order of subscription.</summary>
    private IActorRef[] SubscribersOf(Type type)
    {
        var cache = _subscribersByType;
        return cache.TryGetValue(type, out var known) ? known : Find(type);
    }

    private IActorRef[] Find(Type type)
    {
        lock (_lock)
        {
            return _subscribersByType[type] =
                [.. _subscriptions.Where(each => each.Channel.IsAssignableFrom(type)).Select(each => each.Subscriber).Distinct()];
        }
    }
}

/// <summary>
/// Publish and subscribe within a system, by the type of the event, sub-types included. A subscription ends with its actor.
/// </summary>
public class EventStream : LoggingBus
{
    internal EventStream() { }

    /// <summary>False when the subscriber has that channel already.</summary>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        if (subscriber is LocalActorRef { Cell: var cell })
            cell.MarkSubscribed();
        return Add(subscriber, channel);
    }

    /// <summary>False when there was no such subscription.</summary>
    public bool Unsubscribe(IActorRef subscriber, Type channel) =>
        RemoveWhere(each => each.Channel == channel && each.Subscriber.Equals(subscriber));

    /// <summary>Ends all subscriptions of the subscriber; false when there were none.</summary>
    public bool Unsubscribe(IActorRef subscriber) => RemoveWhere(each => each.Subscriber.Equals(subscriber));

    /// <summary>Tells the event to each subscriber whose channel is its type, a base type or an interface of it.</summary>
    public void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        PublishEvent(@event);
    }
}

public static class EventStreamExtensions
{
    public static bool Subscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) => eventStream.Subscribe(subscriber, typeof(TChannel));

    public static bool Unsubscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) => eventStream.Unsubscribe(subscriber, typeof(TChannel));
}
