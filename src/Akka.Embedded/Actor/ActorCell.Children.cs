namespace Akka.Actor;

internal sealed partial class ActorCell
{
    private readonly Lock _childrenLock = new();
    private Dictionary<string, ChildRestartStats> _children;
    private long _nextChildName;
    private bool _refusesChildren;

    public IActorRef ActorOf(Props props, string name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (_system.Dispatcher.IsSingleThreaded)
            _system.Dispatcher.CheckCaller(props, _self);
        if (name is not null && !ActorPath.IsValidPathElement(name))
            throw new InvalidActorNameException($"Illegal actor name [{name}]: letters, digits and {ActorPath.ValidSymbols} are allowed, and it does not begin with '$'.");
        LocalActorRef child;
        lock (_childrenLock)
        {
            if (_refusesChildren)
                throw new InvalidOperationException("Cannot create child while terminating or terminated");
            _children ??= [];
            name ??= "$" + RadixName(_nextChildName++);
            if (_children.ContainsKey(name))
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
            child = new LocalActorRef(_system, props, _self, new ChildActorPath(_self.Path, name, _system.NextUid()));
            _children.Add(name, new ChildRestartStats(child));
        }

        child.SendSystemMessage(new Dispatch.CreateMessage());
        return child;
    }

    public IActorRef Child(string name)
    {
        lock (_childrenLock)
            return _children is not null && _children.TryGetValue(name, out var stats) ? stats.Child : ActorRefs.Nobody;
    }

    public IEnumerable<IActorRef> GetChildren() => ChildrenStats().Select(stats => stats.Child);

    public void Stop(IActorRef child)
    {
        if (StatsOf(child) is { } stats)
            stats.Stopping = true;
        if (child is IInternalActorRef internalChild)
            internalChild.SendSystemMessage(new Dispatch.StopMessage());
    }

    private ChildRestartStats[] ChildrenStats()
    {
        lock (_childrenLock)
            return _children is null or { Count: 0 } ? [] : [.. _children.Values];
    }

    private ChildRestartStats StatsOf(IActorRef child)
    {
        lock (_childrenLock)
            return _children is not null && _children.TryGetValue(child.Path.Name, out var stats) && stats.Child.Equals(child) ? stats : null;
    }

    private bool RemoveChild(IActorRef child)
    {
        lock (_childrenLock)
            return _children is not null && _children.TryGetValue(child.Path.Name, out var stats) && stats.Child.Equals(child) && _children.Remove(child.Path.Name);
    }

    private bool HasChildren
    {
        get
        {
            lock (_childrenLock)
                return _children is { Count: > 0 };
        }
    }

    /// <summary>a, b, ... z, ba, bb: short names that are the same in every run.</summary>
    private static string RadixName(long number)
    {
        var name = "";
        do
        {
            name = (char)('a' + number % 26) + name;
            number /= 26;
        }
        while (number > 0);
        return name;
    }
}
