using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Akka.Actor;

/// <summary>Finds the types that a configuration names.</summary>
internal static class TypeByName
{
    /// <exception cref="TypeLoadException">There is no such type.</exception>
    public static T Create<T>(string name, params object[] arguments) where T : class
    {
        try
        {
            return Activator.CreateInstance(Find(name), arguments) as T ?? throw new TypeLoadException($"{name} is not a {typeof(T)}.");
        }
        catch (TargetInvocationException thrown) when (thrown.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    /// <summary>A type by full name. An assembly name after it is tried first and then ignored, because the parts of Akka.NET live in other assemblies here.</summary>
    public static Type Find(string name)
    {
        var fullName = name.Split(',')[0].Trim();
        return Type.GetType(name)
            ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(fullName)).FirstOrDefault(type => type is not null)
            ?? throw new TypeLoadException($"The configuration names the type {name}, which is in no loaded assembly.");
    }
}
