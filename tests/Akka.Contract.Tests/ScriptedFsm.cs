using Akka.Actor;

namespace Akka.Contract.Tests;

public enum Light
{
    Red,
    Green,
    Blue,
    Undefined,
}

public sealed record Counter(int Value);

/// <summary>A machine whose states a spec writes down on the spot.</summary>
public sealed class ScriptedFsm : FSM<Light, Counter>
{
    public ScriptedFsm(Action<ScriptedFsm> script) => script(this);

    public IActorRef From => Sender;

    public static Props Of(Action<ScriptedFsm> script) => Props.Create(() => new ScriptedFsm(script));
}
