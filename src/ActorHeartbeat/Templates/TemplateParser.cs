using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Templates;

/// <summary>Reads the expression of one placeholder, from behind its <c>@{</c> to its <c>}</c>.</summary>
/// <remarks>A fault is one line and repeats no text: a message can hold secrets.</remarks>
internal ref struct TemplateParser
{
    private const string Environment = "env.", File = "file:", Counter = "counter", Now = "now";
    private const int Deepest = 16;

    private static readonly Regex
        NameAtStart = new(@"\A[A-Za-z_][A-Za-z0-9_.\-]*", RegexOptions.NonBacktracking),
        NumberAtStart = new(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+\-]?[0-9]+)?", RegexOptions.NonBacktracking);

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private TemplateParser(ReadOnlySpan<char> text, int at)
    {
        _text = text;
        _at = at;
    }

    /// <param name="text">The text with the placeholder.</param>
    /// <param name="at">Where its expression begins; afterwards where the text goes on behind it.</param>
    /// <param name="fault">What is wrong.</param>
    /// <returns>Null when something is wrong.</returns>
    public static TemplateExpression? Read(ReadOnlySpan<char> text, ref int at, out string? fault)
    {
        var parser = new TemplateParser(text, at);
        try
        {
            var expression = parser.ReadPlaceholder();
            (at, fault) = (parser._at, null);
            return expression;
        }
        catch (FormatException wrong)
        {
            fault = wrong.Message;
            return null;
        }
    }

    private TemplateExpression ReadPlaceholder()
    {
        if (_text[_at..].StartsWith(File, StringComparison.Ordinal)) // the whole placeholder is a path, whatever it holds
        {
            var end = _text[_at..].IndexOf('}');
            if (end < 0)
                throw NoEnd();
            return PathOf(Take(end + 1)[..^1]);
        }
        var expression = ReadExpression();
        if (!TryTake("}"))
            throw _at == _text.Length ? NoEnd() : Unknown();
        return expression;
    }

    private TemplateExpression ReadExpression()
    {
        var expression = ReadTerm();
        while (TryTake("??"))
            expression = new TemplateExpression.Otherwise(expression, ReadTerm());
        return expression;
    }

    private TemplateExpression ReadTerm()
    {
        SkipBlanks();
        if (_at == _text.Length)
            throw NoEnd();
        return _text[_at] switch
        {
            '\'' => new TemplateExpression.Constant(TemplateValue.Of(ReadQuoted())),
            '/' => ReadPointer(),
            '-' or (>= '0' and <= '9') => new TemplateExpression.Constant(TemplateValue.Of(ReadNumber())),
            _ => ReadNamed(),
        };
    }

    private TemplateExpression ReadNamed()
    {
        if (_text[_at..].StartsWith(File, StringComparison.Ordinal))
        {
            var end = _text[_at..].IndexOfAny(",)}");
            return end < 0 ? throw NoEnd() : PathOf(Take(end).TrimEnd());
        }
        if (_text[_at..].StartsWith(Environment, StringComparison.Ordinal))
            return ReadVariable();
        var length = NameAtStart.EnumerateMatches(_text[_at..]) is var matches && matches.MoveNext() ? matches.Current.Length : 0;
        var name = Take(length).ToString();
        if (TryTake("("))
            return name == Now ? ReadFormat() : ReadCall(name);
        return name switch
        {
            Template.TextOfMessage => new TemplateExpression.OfMessage(name),
            Counter => new TemplateExpression.Counter(""),
            "now.ms" => TemplateExpression.Clock.Milliseconds,
            "now.s" => TemplateExpression.Clock.Seconds,
            "now.iso" => TemplateExpression.Clock.In("yyyy-MM-ddTHH:mm:ss.fffZ"),
            "uuid" => new TemplateExpression.Uuid(),
            "attempt" => new TemplateExpression.OfConnection(scope => scope.Attempt),
            "incarnation" => new TemplateExpression.OfConnection(scope => scope.Incarnation),
            "null" => TemplateExpression.Null,
            "none" => TemplateExpression.None,
            _ when name.StartsWith(Counter + ".", StringComparison.Ordinal) => new TemplateExpression.Counter(name[(Counter.Length + 1)..]),
            _ when TemplateName.IsGivable(name) => new TemplateExpression.Named(name),
            _ => throw Unknown(),
        };
    }

    private TemplateExpression.Secret ReadVariable()
    {
        var end = _text[_at..].IndexOfAny("} \t,)?");
        if (end < 0)
            throw NoEnd();
        var name = Take(end)[Environment.Length..];
        return name.Length == 0 || name.ContainsAny("=\"'\\\r\n@{(")
            ? throw Unknown()
            : new TemplateExpression.Secret(new SecretReference(SecretSource.Environment, name.ToString()));
    }

    private static TemplateExpression.Secret PathOf(ReadOnlySpan<char> written) =>
        written.Length == File.Length
            ? throw Unknown()
            : new TemplateExpression.Secret(new SecretReference(SecretSource.File, written[File.Length..].ToString()));

    private TemplateExpression.OfMessage ReadPointer()
    {
        var end = _text[_at..].IndexOfAny("} \t,)?");
        if (end < 0)
            throw NoEnd();
        var pointer = Take(end).ToString();
        return JsonPointer.Reject(pointer) is null
            ? new TemplateExpression.OfMessage(pointer)
            : throw new FormatException("a JSON pointer in a placeholder has a '~' that is not ~0 or ~1 (RFC 6901)");
    }

    private TemplateExpression.Clock ReadFormat()
    {
        SkipBlanks();
        var format = _at < _text.Length && _text[_at] == '\'' ? ReadQuoted() : "";
        if (format.Length < 2 || !TryTake(")"))
            throw Wrong();
        try
        {
            _ = DateTime.UnixEpoch.ToString(format, CultureInfo.InvariantCulture);
        }
        catch (FormatException)
        {
            throw Wrong();
        }
        return TemplateExpression.Clock.In(format);

        static FormatException Wrong() => new("now takes a format of date and time such as now('yyyy-MM-ddTHH:mm:ss')");
    }

    /// <summary>A function that is not built in may be one of the host, by which it is judged and called.</summary>
    private TemplateExpression ReadCall(string name)
    {
        var function = TemplateFunctions.Find(name);
        if (function is null && HostFunctions.RejectName(name) is not null)
            throw new FormatException($"unknown function; known: {string.Join(", ", TemplateFunctions.Names.Append(Now))}");
        if (++_depth > Deepest)
            throw new FormatException($"functions are nested deeper than {Deepest}");
        var arguments = new List<TemplateExpression>();
        if (!TryTake(")"))
        {
            do
                arguments.Add(ReadExpression());
            while (TryTake(","));
            if (!TryTake(")"))
                throw _at == _text.Length ? NoEnd() : Unknown();
        }
        _depth--;
        if (function is null)
            return new TemplateExpression.HostCall(name, [.. arguments]);
        if (arguments.Count < function.Least || arguments.Count > (function.Most ?? int.MaxValue))
            throw new FormatException($"{name} takes {function.Arity}, not {arguments.Count}");
        RefuseConstants(function, arguments);
        return new TemplateExpression.Call(function, [.. arguments]);
    }

    /// <summary>Values that are written out and of which the function never makes anything.</summary>
    private static void RefuseConstants(TemplateFunction function, List<TemplateExpression> arguments)
    {
        if (function.Name == TemplateFunctions.Token
            && arguments[0] is TemplateExpression.Constant { Value: var algorithm }
            && !JsonWebToken.Algorithms.Contains(algorithm.AsText()))
            throw new FormatException($"{function.Name} signs with {string.Join(", ", JsonWebToken.Algorithms)}");
        TemplateValue[] values = [.. arguments.OfType<TemplateExpression.Constant>().Select(constant => constant.Value)];
        if (values.Length == arguments.Count && function.Apply(values) is null)
            throw new FormatException($"{function.Name} makes nothing of these values");
    }

    /// <summary>Text in single quotes; two of them in a row stand for one.</summary>
    private string ReadQuoted()
    {
        var quoted = new StringBuilder();
        for (var at = _at + 1; at < _text.Length; at++)
        {
            if (_text[at] != '\'')
                quoted.Append(_text[at]);
            else if (at + 1 < _text.Length && _text[at + 1] == '\'')
                quoted.Append(_text[at++]);
            else
            {
                _at = at + 1;
                return quoted.ToString();
            }
        }
        throw new FormatException("a text in a placeholder has no closing single quote");
    }

    private JsonElement ReadNumber()
    {
        var length = NumberAtStart.EnumerateMatches(_text[_at..]) is var matches && matches.MoveNext() ? matches.Current.Length : 0;
        return length > 0 ? JsonElement.Parse(Take(length)) : throw Unknown();
    }

    private ReadOnlySpan<char> Take(int length)
    {
        var taken = _text.Slice(_at, length);
        _at += length;
        return taken;
    }

    private bool TryTake(string sign)
    {
        SkipBlanks();
        if (!_text[_at..].StartsWith(sign, StringComparison.Ordinal))
            return false;
        _at += sign.Length;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
            _at++;
    }

    private static FormatException NoEnd() =>
        new($"a placeholder has no end; write {Template.Escaped} for the characters {Template.Begin}");

    private static FormatException Unknown() => new(
        "unknown placeholder; known: @{env.NAME}, @{file:PATH}, @{/pointer} and @{text} of a message, @{NAME} and @{session.NAME} of let "
            + "and capture, @{sequence}, @{counter}, @{now.ms}, @{now.s}, "
            + $"@{{now.iso}}, @{{uuid}}, @{{attempt}}, @{{incarnation}} and functions; {Template.Escaped} stands for {Template.Begin}");
}
