using System.Collections.Immutable;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Extensions;

/// <summary>
/// What a host adds to the language of the conversation: functions of templates, steps of <c>prepare</c>, and codecs of <c>decode</c>.
/// Immutable: each addition makes a new one, for the reader of the configuration and for the supervisor.
/// </summary>
/// <remarks>Names are small letters, digits and -, and none that the language or another addition of the kind has.</remarks>
public sealed class ConversationExtensions
{
    private static readonly string[] CodingWords = ["off", "gzip", "deflate", "auto", "zlib-stream"];

    private readonly ImmutableSortedDictionary<string, HostStep> _steps;
    private readonly ImmutableSortedDictionary<string, Func<IMessageCodec>> _codecs;

    private ConversationExtensions(
        HostFunctions functions,
        ImmutableSortedDictionary<string, HostStep> steps,
        ImmutableSortedDictionary<string, Func<IMessageCodec>> codecs) =>
        (Functions, _steps, _codecs) = (functions, steps, codecs);

    /// <summary>What is there without a host: the codec <c>mqtt</c>, for MQTT 3.1.1.</summary>
    public static ConversationExtensions Default { get; } = new ConversationExtensions(
        HostFunctions.None,
        ImmutableSortedDictionary.Create<string, HostStep>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, Func<IMessageCodec>>(StringComparer.Ordinal)).WithCodec("mqtt", () => new MqttCodec());

    /// <summary>The names of the steps.</summary>
    public IEnumerable<string> Steps => _steps.Keys;

    /// <summary>The names of the codecs.</summary>
    public IEnumerable<string> Codecs => _codecs.Keys;

    internal HostFunctions Functions { get; }

    /// <summary>Adds a function of templates: <c>@{ed25519(env.KEY, t)}</c>.</summary>
    /// <remarks>
    /// It gets text as UTF-8. Its result is bytes, which go through <c>hex</c> or <c>base64</c> where text stands, and a secret where an
    /// argument is one. Results over 1 MiB, and exceptions, leave the placeholder without a value, which fails the attempt or the reply.
    /// </remarks>
    /// <param name="name">As it is written.</param>
    /// <param name="arguments">How many arguments it takes, at least 1.</param>
    /// <param name="apply">Makes the bytes. Pure, and called from any thread; null leaves the placeholder without a value.</param>
    /// <exception cref="ArgumentException">The name is none, or is taken.</exception>
    public ConversationExtensions WithFunction(
        string name, int arguments, Func<IReadOnlyList<ReadOnlyMemory<byte>>, byte[]?> apply)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arguments, 1);
        Check("function", name, Functions.AllNames, TemplateName.Reject(name));
        return new(Functions.With(TemplateFunctions.OfHost(name, arguments, apply)), _steps, _codecs);
    }

    /// <summary>Adds a step of <c>prepare</c>: <c>{ call = sigv4, let { region = eu } }</c>.</summary>
    /// <remarks>
    /// It is called before each dial, and the attempt goes on when it is done. What it returns are secrets, each at most 8 KiB. An
    /// exception fails the attempt; its message is told, without the secrets of the attempt. It is called on the thread of the connection,
    /// which it must not block.
    /// </remarks>
    /// <param name="name">As it is written.</param>
    /// <param name="gives">The names to which it may give a value, as <c>capture</c> does.</param>
    /// <param name="run">Returns the values by name. A name without one stays as it was.</param>
    /// <exception cref="ArgumentException">The name, or one that it gives, is none or is taken.</exception>
    public ConversationExtensions WithStep(
        string name, IEnumerable<string> gives, Func<StepContext, Task<IReadOnlyDictionary<string, string>>> run)
    {
        Check("step", name, _steps.Keys, null);
        ValueList<string> given = [.. gives];
        foreach (var each in given)
        {
            if (TemplateName.RejectCaptured(each) is { } reason)
                throw new ArgumentException($"the step {name} cannot give {each} a value: {reason}", nameof(gives));
        }
        return new(Functions, _steps.Add(name, new HostStep(given, run)), _codecs);
    }

    /// <summary>Adds a codec: <c>decode = mexc-protobuf</c>.</summary>
    /// <param name="name">As it is written.</param>
    /// <param name="create">Makes the codec of a connection.</param>
    /// <exception cref="ArgumentException">The name is none, or is taken.</exception>
    public ConversationExtensions WithCodec(string name, Func<IMessageCodec> create)
    {
        Check("codec", name, CodingWords.Concat(_codecs.Keys), null);
        return new(Functions, _steps, _codecs.Add(name, create));
    }

    /// <summary>What an endpoint asks for and nothing here gives, in one line; null when all is there.</summary>
    public string? Reject(EndpointSettings endpoint) =>
        endpoint.Framing.Codec is { } codec && !_codecs.ContainsKey(codec) ? $"decode: there is no codec {codec}{Known(Codecs)}"
        : endpoint.Prepare.Select(step => step.Call?.Name).FirstOrDefault(name => name is not null && !_steps.ContainsKey(name)) is { } step
            ? $"prepare: there is no step {step}{Known(Steps)}"
        : endpoint.AllTemplates
            .SelectMany(each => each.Template.HostCalls.Select(call => (each.Key, Fault: Functions.Reject(call.Name, call.Arguments))))
            .FirstOrDefault(each => each.Fault is not null) is { Fault: { } fault, Key: var key } ? $"{key}: {fault}"
        : null;

    /// <summary>The step of this name; null when there is none.</summary>
    internal HostStep? FindStep(string name) => _steps.GetValueOrDefault(name);

    /// <summary>Makes the codec of a connection; null when there is none of this name.</summary>
    internal IMessageCodec? CreateCodec(string name) => _codecs.GetValueOrDefault(name)?.Invoke();

    private static string Known(IEnumerable<string> names) => names.Any() ? $"; known: {string.Join(", ", names)}" : "; there are none";

    private static void Check(string kind, string name, IEnumerable<string> taken, string? reserved)
    {
        if (HostFunctions.RejectName(name) is { } reason)
            throw new ArgumentException($"\"{name}\" is no name of a {kind}: {reason}", nameof(name));
        if (taken.Contains(name, StringComparer.Ordinal))
            throw new ArgumentException($"there is a {kind} {name} already", nameof(name));
        if (reserved is not null)
            throw new ArgumentException($"{name} is no name of a {kind}: {reserved}", nameof(name));
    }
}

/// <summary>A step of the host.</summary>
/// <param name="Gives">The names to which it may give a value.</param>
/// <param name="Run">Returns the values by name.</param>
internal sealed record HostStep(ValueList<string> Gives, Func<StepContext, Task<IReadOnlyDictionary<string, string>>> Run);
