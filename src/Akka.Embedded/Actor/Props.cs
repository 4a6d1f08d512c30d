using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>Makes actors in a way of its own, for example from a container.</summary>
public interface IIndirectActorProducer
{
    Type ActorType { get; }

    ActorBase Produce();

    /// <summary>The actor has stopped or is replaced by a new instance.</summary>
    void Release(ActorBase actor);
}

/// <summary>Recipe for an actor: immutable, reusable, and used again for each restart.</summary>
public class Props : IEquatable<Props>
{
    /// <summary>A recipe that makes nothing useful; <see cref="NewActor"/> throws.</summary>
    public static readonly Props None = new(typeof(NoActor), []);

    private readonly IIndirectActorProducer _producer;

    public Props(Type type) : this(type, []) { }

    public Props(Type type, object[] args) : this(type, null, args) { }

    public Props(Type type, SupervisorStrategy supervisorStrategy, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(ActorBase).IsAssignableFrom(type))
            throw new ArgumentException($"{type} is not an actor.", nameof(type));
        Type = type;
        Arguments = args ?? [];
        SupervisorStrategy = supervisorStrategy;
        _producer = new ConstructorProducer(type, Arguments);
    }

    private Props(IIndirectActorProducer producer, Type type, object[] args, SupervisorStrategy supervisorStrategy)
    {
        _producer = producer;
        Type = type;
        Arguments = args;
        SupervisorStrategy = supervisorStrategy;
    }

    public Type Type { get; }

    public string TypeName => Type.AssemblyQualifiedName;

    public object[] Arguments { get; }

    /// <summary>Name of the dispatcher. Kept for source compatibility: every actor runs on the one dispatcher there is.</summary>
    public string Dispatcher { get; private init; } = "akka.actor.default-dispatcher";

    /// <summary>How the actor meets failures of its children; null leaves it to the actor.</summary>
    public SupervisorStrategy SupervisorStrategy { get; protected init; }

    /// <param name="factory"><c>() => new MyActor(a, b)</c>; the arguments are evaluated once, now.</param>
    /// <param name="supervisorStrategy">How the actor meets failures of its children; null leaves it to the actor.</param>
    /// <exception cref="ArgumentException">The expression is not a call of a constructor.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy supervisorStrategy = null) where TActor : ActorBase
    {
        if (factory.Body is not NewExpression construction)
            throw new ArgumentException("The factory must be a 'new T (args)' expression.", nameof(factory));
        var arguments = construction.Arguments.Select(ExpressionValue.Of).ToArray();
        return construction.Constructor is { } constructor
            ? new Props(new ConstructorProducer(constructor, arguments), typeof(TActor), arguments, supervisorStrategy)
            : new Props(typeof(TActor), supervisorStrategy, arguments);
    }

    public static Props Create<TActor>(params object[] args) where TActor : ActorBase => new(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy) where TActor : ActorBase, new() => new(typeof(TActor), supervisorStrategy);

    public static Props Create(Type type, params object[] args) => new(type, args);

    /// <summary>A recipe whose actors another object makes.</summary>
    public static Props CreateBy(IIndirectActorProducer producer, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(producer);
        return new Props(producer, producer.ActorType, args, null);
    }

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) =>
        new(_producer, Type, Arguments, supervisorStrategy) { Dispatcher = Dispatcher };

    public Props WithDispatcher(string dispatcher) => new(_producer, Type, Arguments, SupervisorStrategy) { Dispatcher = dispatcher };

    /// <summary>Makes an instance; called by the runtime for each incarnation.</summary>
    public virtual ActorBase NewActor() => _producer.Produce();

    internal void Release(ActorBase actor) => _producer.Release(actor);

    public bool Equals(Props other) =>
        other is not null && Type == other.Type && Dispatcher == other.Dispatcher && Equals(SupervisorStrategy, other.SupervisorStrategy) && Arguments.SequenceEqual(other.Arguments);

    public override bool Equals(object obj) => Equals(obj as Props);

    public override int GetHashCode() => HashCode.Combine(Type, Dispatcher, Arguments.Length);

    private sealed class NoActor : UntypedActor
    {
        public NoActor() => throw new NotSupportedException("Props.None makes no actor.");

        protected override void OnReceive(object message) { }
    }
}

/// <summary>Calls a constructor; which one is settled once, at the first use.</summary>
internal sealed class ConstructorProducer : IIndirectActorProducer
{
    private readonly object[] _arguments;
    private ConstructorInvoker _invoker;

    public ConstructorProducer(Type type, object[] arguments)
    {
        ActorType = type;
        _arguments = arguments;
    }

    public ConstructorProducer(ConstructorInfo constructor, object[] arguments) : this(constructor.DeclaringType, arguments) =>
        _invoker = ConstructorInvoker.Create(constructor);

    public Type ActorType { get; }

    public ActorBase Produce()
    {
        _invoker ??= TryFindOnlyConstructor();
        try
        {
            return (ActorBase)(_invoker?.Invoke(_arguments.AsSpan())
                ?? Activator.CreateInstance(ActorType, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, _arguments, null));
        }
        catch (TargetInvocationException thrown) when (thrown.InnerException is { } cause)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    public void Release(ActorBase actor) { }

    private ConstructorInvoker TryFindOnlyConstructor()
    {
        var candidates = ActorType.GetConstructors().Where(constructor => constructor.GetParameters().Length == _arguments.Length).ToArray();
        return candidates.Length == 1 ? ConstructorInvoker.Create(candidates[0]) : null;
    }
}

/// <summary>Evaluates an argument of a factory expression: constants and captured variables directly, the rest interpreted.</summary>
internal static class ExpressionValue
{
    public static object Of(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : Of(member.Expression)),
        _ => Expression.Lambda<Func<object>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)(),
    };
}
