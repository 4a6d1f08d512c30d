using Akka.Util;

namespace Akka.Actor.Setup;

/// <summary>A part of a system's setup given in code and not in configuration.</summary>
public abstract class Setup
{
    public ActorSystemSetup And(Setup other) => ActorSystemSetup.Create(this, other);
}

/// <summary>Setups by type, at most one of each; immutable.</summary>
public sealed class ActorSystemSetup
{
    public static readonly ActorSystemSetup Empty = new([]);

    private readonly Dictionary<Type, Setup> _setups;

    private ActorSystemSetup(Dictionary<Type, Setup> setups) => _setups = setups;

    /// <summary>Later ones replace earlier ones of the same type.</summary>
    public static ActorSystemSetup Create(params Setup[] setup)
    {
        var setups = new Dictionary<Type, Setup>();
        foreach (var each in setup)
            setups[each.GetType()] = each;
        return new ActorSystemSetup(setups);
    }

    public Option<T> Get<T>() where T : Setup => _setups.TryGetValue(typeof(T), out var setup) ? (T)setup : Option<T>.None;

    public ActorSystemSetup And<T>(T setup) where T : Setup => WithSetup(setup);

    public ActorSystemSetup WithSetup<T>(T setup) where T : Setup => Create([.. _setups.Values, setup]);
}
