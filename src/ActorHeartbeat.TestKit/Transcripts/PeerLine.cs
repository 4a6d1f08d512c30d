using System.Globalization;
using System.IO.Compression;
using System.Text;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.TestKit;

/// <summary>One connection of a <see cref="TranscriptPeer"/>, and what holds on it until its end.</summary>
/// <param name="connection">The server's side.</param>
/// <param name="names">The names of the transcript.</param>
/// <param name="log">Receives what is said.</param>
internal sealed class PeerLine(ScriptedConnection connection, PeerNames names, Action<string> log)
{
    private readonly List<Rule> _rules = [];
    private readonly List<Debt> _owed = [];
    private readonly MemoryStream _compressed = new();
    private ZLibStream? _stream;
    private FrameLook _look;
    private string _delimiter = "";

    public ScriptedConnection Connection => connection;

    /// <summary>Counts what the client says and its pings.</summary>
    public int Signs { get; set; }

    public bool IsGone { get; set; }

    /// <summary>The close code of the client; null while it has not closed.</summary>
    public int? ClosedWith { get; set; }

    public void Look(FrameLook look) => _look = look;

    public void EndWith(string delimiter) => _delimiter = delimiter;

    /// <summary>Adds a rule that holds from now on.</summary>
    public Rule Stand(Statement.Whenever whenever)
    {
        var rule = new Rule(whenever);
        _rules.Add(rule);
        return rule;
    }

    public void Say(Utterance utterance) => Say(utterance, names);

    private void Say(Utterance utterance, PeerNames names)
    {
        var message = utterance.Fill(names);
        log("< " + Utterance.Show(message.Kind, message.Payload.Span));
        if (message.Kind == MessageKind.Binary)
            connection.DeliverBinary(message.Payload.Span);
        else
            Say(Encoding.UTF8.GetString(message.Payload.Span) + _delimiter);
    }

    /// <summary>Says something that may want an answer.</summary>
    /// <returns>What is owed for it; null for nothing.</returns>
    public Debt? Ask(Statement.Every every)
    {
        Say(every.Message);
        if (every.Answer is null)
            return null;
        var debt = new Debt(every, names.Copy());
        _owed.Add(debt);
        return debt;
    }

    public bool IsOwed(Debt debt) => _owed.Contains(debt);

    /// <summary>The messages in a frame.</summary>
    /// <exception cref="FormatException">What ends a message is not there.</exception>
    public IEnumerable<OutboundMessage> Split(OutboundMessage frame)
    {
        if (_delimiter.Length == 0 || frame.Kind == MessageKind.Binary)
            return [frame];
        var text = Encoding.UTF8.GetString(frame.Payload.Span);
        return text.EndsWith(_delimiter, StringComparison.Ordinal)
            ? text[..^_delimiter.Length].Split(_delimiter).Select(OutboundMessage.Text)
            : throw new FormatException($"the client's message lacks its delimiter: {text}");
    }

    /// <summary>Whether a message is an answer that is owed; says what follows.</summary>
    public bool Pays(OutboundMessage message)
    {
        var paid = _owed.FindIndex(owed => owed.Of.Answer!.Matches(message, owed.Names));
        if (paid < 0)
            return false;
        var debt = _owed[paid];
        _owed.RemoveAt(paid);
        foreach (var answer in debt.Of.Then)
            Say(answer, debt.Names);
        return true;
    }

    /// <summary>Whether a message may come at any time; says the answers.</summary>
    public bool Allows(OutboundMessage message)
    {
        var own = names.Copy(); // what this message gives is for its answers alone
        if (_rules.Find(rule => rule.Of.Message?.Matches(message, own) == true) is not { } rule)
            return false;
        rule.Take(own);
        foreach (var answer in rule.Of.Answers)
            Say(answer, own);
        return true;
    }

    /// <summary>The rule that a request is under; null when there is none.</summary>
    public Rule? RuleOf(Func<Statement.Request, bool> isIt) => _rules.Find(rule => rule.Of.Call is { } request && isIt(request));

    private void Say(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (_look)
        {
            case FrameLook.Text:
                connection.DeliverText(text);
                break;
            case FrameLook.Binary:
                connection.DeliverBinary(bytes);
                break;
            case FrameLook.Gzip:
                var whole = new MemoryStream();
                using (var gzip = new GZipStream(whole, CompressionLevel.Fastest, leaveOpen: true))
                    gzip.Write(bytes);
                connection.DeliverBinary(whole.ToArray());
                break;
            case FrameLook.ZlibStream:
                _stream ??= new ZLibStream(_compressed, CompressionLevel.Fastest, leaveOpen: true);
                _stream.Write(bytes);
                _stream.Flush();
                connection.DeliverBinary(_compressed.ToArray());
                _compressed.SetLength(0);
                break;
        }
    }

    /// <summary>An answer that the client owes.</summary>
    public sealed class Debt(Statement.Every of, PeerNames names)
    {
        public Statement.Every Of => of;

        /// <summary>What its answer gives is for what follows it alone.</summary>
        public PeerNames Names => names;
    }

    /// <summary>A rule, and how often the client has kept it.</summary>
    public sealed class Rule(Statement.Whenever of)
    {
        public Statement.Whenever Of => of;

        public int Times { get; private set; }

        private double? Last { get; set; }

        public void Take() => Times++;

        /// <exception cref="FormatException">A number is not higher than the one before.</exception>
        public void Take(PeerNames names)
        {
            Take();
            if (of.Grows is not { } name)
                return;
            var text = names.Evaluate($"@{{{name}}}").AsText();
            if (!double.TryParse(text, CultureInfo.InvariantCulture, out var number) || number <= Last)
                throw new FormatException($"{name} is {text} after {Last}");
            Last = number;
        }
    }
}
