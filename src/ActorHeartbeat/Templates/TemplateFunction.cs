namespace ActorHeartbeat.Templates;

/// <summary>A function of the template language. Pure: no clock, no I/O.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Least">The fewest arguments.</param>
/// <param name="Most">The most arguments; null for any number.</param>
/// <param name="Apply">
/// Makes the result; null where an argument is of a wrong kind or form. The caller marks the result of a secret as secret.
/// </param>
internal sealed record TemplateFunction(string Name, int Least, int? Most, Func<IReadOnlyList<TemplateValue>, TemplateValue?> Apply)
{
    /// <summary>
    /// Says of arguments of which it makes nothing what is wrong with one, such as <c>whose key is empty</c>, and no value of them; null
    /// where it does not know. Default null.
    /// </summary>
    public Func<IReadOnlyList<TemplateValue>, string?>? Fault { get; init; }

    /// <summary>How many arguments it takes, in words.</summary>
    public string Arity =>
        Most is not { } most ? $"{Least} or more values"
        : most > Least ? $"{Least} to {most} values"
        : most == 1 ? "1 value"
        : $"{most} values";
}
