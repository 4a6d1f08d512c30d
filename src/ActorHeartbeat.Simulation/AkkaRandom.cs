using System.Reflection;
using Akka.Util;

namespace ActorHeartbeat.Simulation;

/// <summary>
/// The randomness that Akka.NET itself draws from: the uids of actors, the jitter of backoff supervisors, random
/// routers. It is one generator per thread, seeded by the clock, in a private field; there is no other access to it.
/// </summary>
internal sealed class AkkaRandom
{
    private const string Field = "_rng";

    private readonly ThreadLocal<Random> _generators;
    private readonly Random _seeded;
    private readonly Random? _before;

    /// <exception cref="MissingFieldException">This version of Akka.NET keeps its generator elsewhere.</exception>
    public AkkaRandom(int seed)
        : this(seed, typeof(ThreadLocalRandom))
    {
    }

    /// <param name="holder">The type that has the field.</param>
    internal AkkaRandom(int seed, Type holder)
    {
        _generators = holder.GetField(Field, BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) as ThreadLocal<Random>
            ?? throw new MissingFieldException(
                $"{holder} of {holder.Assembly.GetName().Name} {holder.Assembly.GetName().Version} has no field {Field} with a random "
                + "generator for each thread. A simulation seeds that generator: without it the same seed would not give the same history. "
                + "Use a version of Akka.NET that has it, such as 1.5.73.");
        (_seeded, _before) = (new Random(seed), _generators.Value);
    }

    /// <summary>Makes Akka.NET draw from the seeded generator on this thread.</summary>
    public void Use() => _generators.Value = _seeded;

    /// <summary>Gives the thread the generator that it had before.</summary>
    public void GiveBack() => _generators.Value = _before!; // as it was
}
