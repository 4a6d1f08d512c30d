using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// Plays a <see cref="Transcript"/> as the server of one endpoint of a <see cref="ScriptedNetwork"/>, on the network's clock. A client that
/// does not keep to it is cut, and <see cref="Fault"/> tells at which line. Thread-safe.
/// </summary>
public sealed class TranscriptPeer
{
    /// <summary>The time that anything takes from the client to the server.</summary>
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Transcript _transcript;
    private readonly ScriptedNetwork _network;
    private readonly PeerNames _names;
    private readonly Record<string> _log = new();
    private PeerLine? _line;
    private int _at;

    /// <summary>Begins to play. The transcript decides the dials and HTTP requests of the endpoint from now on.</summary>
    /// <param name="transcript">What is said.</param>
    /// <param name="network">A network with a scheduler.</param>
    /// <param name="endpoint">The client.</param>
    /// <exception cref="ArgumentException">The network has no scheduler.</exception>
    public TranscriptPeer(Transcript transcript, ScriptedNetwork network, EndpointId endpoint)
    {
        if (!network.CanDelay)
            throw new ArgumentException("the network needs a scheduler: a transcript has times", nameof(network));
        (_transcript, _network, _names) = (transcript, network, new PeerNames(transcript.Environment));
        var (dials, answers) = (network.Otherwise, network.Answers);
        network.Otherwise = request => request.Settings.Id == endpoint ? Dialed(request) : dials(request);
        network.Answers = question => question.Settings.Id == endpoint ? Asked(question) : answers(question);
        lock (_lock)
            Continue();
    }

    /// <summary>Whether the client has kept to the transcript to its end.</summary>
    public bool IsDone => Fault is null && Volatile.Read(ref _at) == _transcript.Statements.Count;

    /// <summary>What the client did wrong first, with the line; null for nothing so far.</summary>
    public string? Fault { get; private set; }

    /// <summary>What was said and done so far, oldest first: at most the newest 10,000 lines.</summary>
    public IReadOnlyList<string> Log => _log.Snapshot();

    private bool IsOver => Fault is not null || _at == _transcript.Statements.Count;

    private Statement? Current => IsOver ? null : _transcript.Statements[_at];

    private DialScript Dialed(DialRequest request)
    {
        lock (_lock)
        {
            Note($"* dial {request.Url.OriginalString}");
            if (IsOver)
                return DialScript.Hang;
            if (Current is not Statement.Dial dial)
                return Refused($"the client dialed {request.Url.OriginalString}");
            if (!IsBehindRequest)
                _names.Forget();
            if (!Try(() => dial.Url.Matches(request.Url.OriginalString, _names)))
                return Refused($"the client dialed {request.Url.OriginalString}");
            if (!Try(() => HaveAll(request.Headers, dial.Headers, _names)))
                return Refused($"the client's handshake has {Show(request.Headers)}");
            if (dial.Subprotocol is { } subprotocol && !request.Subprotocols.Contains(subprotocol, StringComparer.Ordinal))
                return Refused($"the client offers [{string.Join(", ", request.Subprotocols)}]");
            Move();
            if (dial.Refusal is { } status)
            {
                Continue();
                return DialScript.Refuse(status, dial.RetryAfter);
            }
            return DialScript.AcceptWith(Begin, dial.Subprotocol);
        }
    }

    private DialScript Refused(string what)
    {
        Fail(what);
        return DialScript.Hang;
    }

    private void Begin(ScriptedConnection connection)
    {
        var line = _line = new PeerLine(connection, _names, Note);
        connection.FarEnd = new Ears(this, line);
        Later(Latency, Continue);
    }

    private HttpResult Asked(HttpQuestion question)
    {
        lock (_lock)
        {
            Note($"* {question.Method} {question.Url.OriginalString}");
            var own = _names.Copy();
            if (Current is Statement.Request request && IsLike(request, question, ref own))
            {
                var answer = Answer(request, own);
                _names.Take(own);
                Move();
                Later(Latency, Continue);
                return answer;
            }
            // What it gives is for its answer alone, as that of a message that a rule allows.
            if (_line?.RuleOf(each => IsLike(each, question, ref own)) is not { } rule)
            {
                if (!IsOver)
                    Fail($"the client asked {Show(question)}");
                return new HttpResult.Answered(500, default);
            }
            rule.Take();
            return Answer(rule.Of.Call!, own);
        }
    }

    private HttpResult.Answered Answer(Statement.Request request, PeerNames names)
    {
        try
        {
            return new(request.Status, request.Answer?.Fill(names).Payload ?? default);
        }
        catch (FormatException fault)
        {
            Fail(fault.Message);
            return new(500, default);
        }
    }

    /// <summary>Whether a request is asked; gives names their values in a copy.</summary>
    private bool IsLike(Statement.Request request, HttpQuestion question, ref PeerNames own)
    {
        var names = own = _names.Copy();
        return Try(() =>
            request.Method == question.Method
            && request.Url.Matches(question.Url.OriginalString, names)
            && HaveAll(question.Headers, request.Headers, names)
            && (request.Body is not { } body
                || (question.Body is { } said && body.Matches(new OutboundMessage(MessageKind.Text, said), names))));
    }

    /// <summary>Whether requests from here on lead to a dial, and it is the first of them: a preparation begins.</summary>
    private bool BeginsPreparation =>
        !IsBehindRequest
        && _transcript.Statements.Skip(_at).SkipWhile(each => each is Statement.Request).FirstOrDefault() is Statement.Dial;

    private bool IsBehindRequest => _at > 0 && _transcript.Statements[_at - 1] is Statement.Request;

    private static bool HaveAll(
        IReadOnlyList<KeyValuePair<string, string>> headers, IReadOnlyList<(string Name, TextPattern Value)> wanted, PeerNames names) =>
        wanted.All(each => headers.Any(header =>
            header.Key.Equals(each.Name, StringComparison.OrdinalIgnoreCase) && each.Value.Matches(header.Value, names)));

    /// <summary>Goes on until something must happen first.</summary>
    private void Continue()
    {
        while (Current is { } statement)
        {
            try
            {
                if (!Play(statement, _line))
                    return;
            }
            catch (FormatException fault)
            {
                Fail(fault.Message);
                return;
            }
        }
    }

    /// <summary>Plays a statement.</summary>
    /// <returns>Whether it is over.</returns>
    private bool Play(Statement statement, PeerLine? line)
    {
        if (statement is Statement.Name name)
        {
            Move();
            _names.GiveAlways(name.Key, name.Value);
            return true;
        }
        if (statement is Statement.Request && BeginsPreparation)
            _names.Forget();
        if (statement is Statement.Dial or Statement.Request or Statement.Quiet)
            return Await(statement);
        if (line is null)
            throw new FormatException("no dial stands above this line");
        switch (statement)
        {
            case Statement.Hears or Statement.Alive or Statement.Wait:
                return Await(statement);
            case Statement.Closed closed:
                return line.ClosedWith is null ? Await(closed) : Check(closed, line);
            case Statement.Says says:
                Move();
                line.Say(says.Message);
                return true;
            case Statement.Loses:
                Move();
                Note("* cut");
                line.Connection.Lose();
                return true;
            case Statement.Close close:
                Move();
                Note($"* close {close.Code} {close.Reason}".TrimEnd());
                line.Connection.PeerClose(close.Code, close.Reason);
                return true;
            case Statement.Mute:
                Move();
                line.Connection.GoHalfOpen();
                return true;
            default:
                Move();
                new PeerRules(line, () => Holds(line), Later, (fault, at) => Fail(fault, at)).Stand(statement);
                return true;
        }
    }

    /// <summary>Waits for the client, or for the time to be over.</summary>
    private bool Await(Statement statement)
    {
        var at = _at;
        var time = statement switch
        {
            Statement.Alive alive => alive.Time,
            Statement.Wait wait => wait.Time,
            Statement.Quiet quiet => quiet.Time,
            _ => statement.Within,
        };
        Later(time, () =>
        {
            if (_at != at || IsOver)
                return;
            if (statement is not (Statement.Alive or Statement.Wait or Statement.Quiet))
            {
                Fail($"it has not come within {Statement.Spell(time)}");
                return;
            }
            Move();
            Continue();
        });
        return false;
    }

    private bool Check(Statement.Closed closed, PeerLine line)
    {
        if (line.ClosedWith != closed.Code)
        {
            Fail($"the client closed with {line.ClosedWith}");
            return false;
        }
        Move();
        return true;
    }

    /// <summary>Whether the rules of a connection hold: it is the newest, and lives.</summary>
    private bool Holds(PeerLine line) =>
        !IsOver && ReferenceEquals(line, _line) && line is { IsGone: false, ClosedWith: null, Connection.IsHalfOpen: false };

    private void Hear(PeerLine line, OutboundMessage frame)
    {
        line.Signs++;
        if (line.Connection.IsHalfOpen)
            return;
        foreach (var message in line.Split(frame))
        {
            var said = Utterance.Show(message.Kind, message.Payload.Span);
            Note($"> {said}");
            if (line.Pays(message))
                continue;
            if (ReferenceEquals(line, _line) && Current is Statement.Hears hears && hears.Message.Matches(message, _names))
            {
                Move();
                Continue();
            }
            else if (!line.Allows(message) && ReferenceEquals(line, _line) && !IsOver)
                Fail($"the client said {said}");
        }
    }

    private void End(PeerLine line)
    {
        line.IsGone = true;
        if (!ReferenceEquals(line, _line) || IsOver)
            return;
        Note("* ended");
        if (Current is not (Statement.Dial or Statement.Request or Statement.Closed or Statement.Quiet))
            Fail(line.ClosedWith is { } code ? $"the client closed with {code}" : "the client ended the connection");
    }

    private void Close(PeerLine line, int code)
    {
        Note($"* closed {code}");
        line.ClosedWith = code;
        if (ReferenceEquals(line, _line) && Current is Statement.Closed closed && Check(closed, line))
            Continue();
    }

    private void Move() => Volatile.Write(ref _at, _at + 1);

    private void Fail(string what, int? line = null)
    {
        var statement = _transcript.Statements[Math.Min(_at, _transcript.Statements.Count - 1)];
        Fault ??= $"{_transcript.Name}:{line ?? statement.Line}: {what}{(line is null ? $"; expected {statement}" : "")}";
        Note($"* {Fault}");
        _line?.Connection.Lose();
    }

    private bool Try(Func<bool> matches)
    {
        try
        {
            return matches();
        }
        catch (FormatException fault)
        {
            Fail(fault.Message);
            return false;
        }
    }

    private void Note(string line) => _log.Add(line);

    private void Later(TimeSpan time, Action action) => _network.After(time, () =>
    {
        lock (_lock)
        {
            try
            {
                action();
            }
            catch (FormatException fault)
            {
                Fail(fault.Message);
            }
        }
    });

    private static string Show(HttpQuestion question) =>
        $"{question.Method} {question.Url.OriginalString} with {Show(question.Headers)}"
        + (question.Body is { } body ? $" and {Encoding.UTF8.GetString(body.Span)}" : "");

    private static string Show(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        headers.Count == 0 ? "no header" : string.Join(", ", headers.Select(header => $"{header.Key}: {header.Value}"));

    /// <summary>Hands on what the client does, in its order.</summary>
    private sealed class Ears(TranscriptPeer peer, PeerLine line) : IFarEnd
    {
        public void Heard(OutboundMessage message) => peer.Later(Latency, () => peer.Hear(line, message));

        public void Pinged() => peer.Later(Latency, () => line.Signs++);

        public void Closing(int code) => peer.Later(Latency, () => peer.Close(line, code));

        public void Ended() => peer.Later(Latency, () => peer.End(line));
    }
}
