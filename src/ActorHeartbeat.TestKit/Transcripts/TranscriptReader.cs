using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.TestKit;

/// <summary>Reads the lines of a transcript.</summary>
internal sealed class TranscriptReader
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5), DialTime = TimeSpan.FromMinutes(1);

    private static readonly Regex Comment = new(@"(^\s*#|\s{2,}#\s).*$", RegexOptions.NonBacktracking);

    private static readonly Regex Assignment = new(@"^(?:env\s+)?[A-Za-z_][A-Za-z0-9_\-]*\s*=", RegexOptions.NonBacktracking);

    private readonly string _name;
    private readonly List<(int Number, bool IsIndented, string Text)> _lines = [];
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private int _next;

    public TranscriptReader(string text, string name)
    {
        _name = name;
        var number = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            if (Comment.Replace(line, "").TrimEnd() is { Length: > 0 } written)
                _lines.Add((number, char.IsWhiteSpace(written[0]), written.Trim()));
        }
    }

    /// <summary>The variables of the client.</summary>
    public IReadOnlyDictionary<string, string> Environment => _environment;

    /// <exception cref="FormatException">A line is no statement.</exception>
    public List<Statement> Read()
    {
        var statements = new List<Statement>();
        while (_next < _lines.Count)
        {
            var (number, isIndented, text) = _lines[_next++];
            try
            {
                if (isIndented)
                    throw new FormatException("nothing stands above this line that it belongs to");
                if (ReadStatement(number, text) is { } statement)
                    statements.Add(statement);
            }
            catch (FormatException fault)
            {
                throw new FormatException($"{_name}:{_lines[_next - 1].Number}: {fault.Message}", fault);
            }
        }
        return statements;
    }

    private Statement? ReadStatement(int line, string text)
    {
        if (Assignment.IsMatch(text))
            return ReadName(line, text);
        var (word, rest) = Cut(text);
        if (word == "within")
        {
            var (time, statement) = Cut(rest);
            return ReadStatement(line, statement) is { Within.Ticks: > 0 } timed
                ? timed with { Within = Duration(time) }
                : throw new FormatException("within belongs to >, dial, http and closed");
        }
        return word switch
        {
            "dial" => ReadDial(line, rest),
            "http" => ReadRequest(line, rest),
            ">" => new Statement.Hears(line, new Utterance(rest)) { Within = AnswerTime },
            "<" => new Statement.Says(line, Utterance.OfServer(rest)),
            "whenever" => ReadWhenever(line, rest),
            "every" => ReadEvery(line, rest),
            "silence" => new Statement.Silence(line, Duration(rest)),
            "alive" => new Statement.Alive(line, Duration(rest)),
            "wait" => new Statement.Wait(line, Duration(rest)),
            "quiet" or "backs-off" => new Statement.Quiet(line, Duration(rest)),
            "quarantined" => new Statement.Quiet(line, TimeSpan.FromMinutes(1)),
            "stopped" => new Statement.Quiet(line, TimeSpan.FromHours(1)),
            "mute" => new Statement.Mute(line),
            "cut" => new Statement.Loses(line),
            "close" => new Statement.Close(line, Number(Cut(rest).Word), Cut(rest).Text),
            "closed" => new Statement.Closed(line, Number(rest)) { Within = AnswerTime },
            "frames" => new Statement.Frames(line, OneOf(rest, ("text", FrameLook.Text), ("binary", FrameLook.Binary))),
            "encode" => new Statement.Frames(line, OneOf(rest, ("gzip", FrameLook.Gzip), ("zlib-stream", FrameLook.ZlibStream))),
            "delimiter" => new Statement.Delimiter(line, rest.StartsWith('"') ? Unquoted(rest) : rest),
            _ => throw new FormatException(
                $"unknown statement {word}; known: >, <, dial, http, whenever, every, silence, alive, wait, quiet, quarantined, stopped, "
                    + "mute, cut, close, closed, frames, encode, delimiter, within, env NAME = value, NAME = value"),
        };
    }

    private Statement.Name? ReadName(int line, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var (names, value) = (text[..at].Split(' ', StringSplitOptions.RemoveEmptyEntries), text[(at + 1)..].Trim());
        value = value.StartsWith('"') ? Unquoted(value) : value;
        if (names is not ["env", var variable])
            return new Statement.Name(line, names[^1], value);
        _environment[variable] = value;
        return null;
    }

    private Statement.Dial ReadDial(int line, string url)
    {
        var headers = new List<(string, TextPattern)>();
        var dial = new Statement.Dial(line, new TextPattern(url)) { Within = DialTime, Headers = headers };
        foreach (var (word, rest) in Block())
        {
            var (first, second) = Cut(rest);
            dial = word switch
            {
                "header" => Header(dial, headers, rest),
                "subprotocol" => dial with { Subprotocol = rest },
                "refuse" => dial with { Refusal = Number(first), RetryAfter = second.Length > 0 ? second : null },
                _ => throw new FormatException($"unknown {word} below dial; known: header, subprotocol, refuse"),
            };
        }
        return dial;
    }

    private Statement.Request ReadRequest(int line, string rest, List<(string Word, string Text)>? others = null)
    {
        var (method, url) = Cut(rest);
        var headers = new List<(string, TextPattern)>();
        var request = new Statement.Request(line, method, new TextPattern(url)) { Within = DialTime, Headers = headers };
        foreach (var (word, value) in Block())
        {
            var (status, body) = Cut(value);
            switch (word)
            {
                case "header":
                    Header(request, headers, value);
                    break;
                case "body":
                    request = request with { Body = new Utterance(value) };
                    break;
                case "answer":
                    request = request with { Status = Number(status), Answer = body.Length > 0 ? Utterance.OfServer(body) : null };
                    break;
                default:
                    (others ?? throw new FormatException($"unknown {word} below http; known: header, body, answer")).Add((word, value));
                    break;
            }
        }
        return request;
    }

    private Statement.Whenever ReadWhenever(int line, string rest)
    {
        var (kind, message) = Cut(rest);
        var below = new List<(string, string)>();
        var request = kind == "http" ? ReadRequest(line, message, below) : null;
        if (kind != "http")
            below.AddRange(Block());
        var answers = new List<Utterance>();
        var whenever = kind is ">" or "http"
            ? new Statement.Whenever(line, request is null ? new Utterance(message) : null, request) { Answers = answers }
            : throw new FormatException("whenever is followed by > or http");
        foreach (var (word, value) in below)
        {
            if (word == "<" && request is null)
                answers.Add(Utterance.OfServer(value));
            else if (word == "at-least-every")
                whenever = whenever with { AtLeastEvery = Duration(value) };
            else if (word == "grows" && request is null)
                whenever = whenever with { Grows = value };
            else
                throw new FormatException($"unknown {word} below whenever; known: at-least-every, grows, <");
        }
        return whenever;
    }

    private Statement.Every ReadEvery(int line, string rest)
    {
        var (period, says) = Cut(rest);
        var (arrow, message) = Cut(says);
        if (arrow != "<")
            throw new FormatException("every is followed by a time and <");
        var then = new List<Utterance>();
        var every = new Statement.Every(line, Duration(period), Utterance.OfServer(message)) { Within = AnswerTime, Then = then };
        foreach (var (word, value) in Block())
        {
            var (time, answer) = Cut(value);
            if (word == "<" && every.Answer is not null)
            {
                then.Add(Utterance.OfServer(value));
                continue;
            }
            every = word switch
            {
                ">" => every with { Answer = new Utterance(value) },
                "within" when Cut(answer) is (">", var late) => every with { Within = Duration(time), Answer = new Utterance(late) },
                "within" => every with { Within = Duration(time) },
                _ => throw new FormatException($"unknown {word} below every; known: >, within, and < below >"),
            };
        }
        return every;
    }

    private IEnumerable<(string Word, string Text)> Block()
    {
        while (_next < _lines.Count && _lines[_next].IsIndented)
            yield return Cut(_lines[_next++].Text);
    }

    private static T Header<T>(T statement, List<(string, TextPattern)> headers, string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        if (at < 1)
            throw new FormatException("a header is a name, a colon and a value");
        headers.Add((text[..at].Trim(), new TextPattern(text[(at + 1)..].Trim())));
        return statement;
    }

    private static (string Word, string Text) Cut(string text)
    {
        var at = text.IndexOf(' ', StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..].TrimStart());
    }

    private static string Unquoted(string text)
    {
        try
        {
            return System.Text.Json.JsonSerializer.Deserialize<string>(text)!;
        }
        catch (System.Text.Json.JsonException)
        {
            throw new FormatException("a text in quotes is a JSON string");
        }
    }

    private static T OneOf<T>(string word, params (string Word, T Value)[] known)
    {
        foreach (var (each, value) in known)
        {
            if (each == word)
                return value;
        }
        throw new FormatException($"found {word}; expected {string.Join(" or ", known.Select(each => each.Word))}");
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"found {text}; expected a number");

    private static TimeSpan Duration(string text)
    {
        var digits = text.TrimEnd([.. "smh"]);
        var unit = text[digits.Length..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        // Nothing is said or looked for every 0 s: a clock would never go on.
        return unit > TimeSpan.Zero
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            && number <= TimeSpan.MaxValue / unit
                ? unit * number
                : throw new FormatException($"found {text}; expected a time such as 30s, 100ms, 5m or 1h");
    }
}
