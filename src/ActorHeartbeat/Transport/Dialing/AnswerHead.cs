using System.Globalization;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>The head of an HTTP/1 answer as RFC 9112 allows it: lines that end with LF, with or without CR, and folded values.</summary>
internal sealed class AnswerHead
{
    private static readonly byte[] Version = [.. "HTTP/1."u8];

    private readonly List<(string Name, string Value)> _fields = [];

    private AnswerHead(int status) => Status = status;

    public int Status { get; }

    /// <summary>Whether the bytes so far can be the beginning of an HTTP/1 answer.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> bytes) =>
        bytes.Length < Version.Length ? Version.AsSpan().StartsWith(bytes) : bytes.StartsWith(Version);

    /// <summary>The length of the head including its empty line; 0 until that line has arrived.</summary>
    public static int FindEnd(ReadOnlySpan<byte> bytes)
    {
        for (var line = 0; bytes[line..].IndexOf((byte)'\n') is >= 0 and var length; line += length + 1)
        {
            if (line > 0 && bytes.Slice(line, length) is [] or [(byte)'\r'])
                return line + length + 1;
        }

        return 0;
    }

    /// <exception cref="DialException">The answer is not HTTP.</exception>
    public static int StatusOf(ReadOnlySpan<byte> head)
    {
        var line = head[..Math.Max(0, head.IndexOf((byte)'\n'))].TrimEnd((byte)'\r');
        // "HTTP/1.1 101" and then a space, if anything (RFC 9112 section 4).
        if (MayBegin(line) && line.Length >= 12
            && line[7] is >= (byte)'0' and <= (byte)'9' && line[8] == ' ' && (line.Length == 12 || line[12] == ' ')
            && int.TryParse(line.Slice(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            return status;
        throw NotHttp(line);
    }

    public static DialException NotHttp(ReadOnlySpan<byte> answer)
    {
        // A TLS record begins with its type, 21 for an alert or 22 for a handshake, and version 3.
        var hint = answer is [21 or 22, 3, ..] ? "; that is TLS: the URL must say wss" : "";
        var shown = PeerText.OfBytes(answer, 64);
        return new DialException(FailureLayer.Protocol, $"the answer to the handshake is not HTTP: it begins with \"{shown}\"{hint}");
    }

    /// <exception cref="DialException">A line is malformed.</exception>
    public static AnswerHead Parse(ReadOnlySpan<byte> bytes)
    {
        var head = new AnswerHead(StatusOf(bytes));
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        foreach (var line in lines.Skip(1).Select(line => line.TrimEnd('\r')).TakeWhile(line => line.Length > 0))
            head.Add(line);
        return head;
    }

    /// <summary>The values of a header in order of arrival; the case of its name does not matter.</summary>
    public IEnumerable<string> Values(string name) =>
        _fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);

    /// <summary>The elements of a header that is a list, over all its lines.</summary>
    public List<string> List(string name) => [.. Values(name).SelectMany(value => HeaderList.Split(value, ','))];

    private void Add(string line)
    {
        if (line[0] is ' ' or '\t' && _fields.Count > 0)
        {
            // Folding is obsolete; a recipient reads it as a space (RFC 9112 section 5.2).
            var (folded, before) = _fields[^1];
            _fields[^1] = (folded, Checked(folded, $"{before} {line.Trim(' ', '\t')}"));
            return;
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !HeaderList.IsToken(line.AsSpan(0, colon)))
            throw HandshakeAnswer.Breach($"\"{Show(line)}\" is no header line (RFC 9112 section 5)");
        var name = line[..colon];
        _fields.Add((name, Checked(name, line[(colon + 1)..].Trim(' ', '\t'))));
    }

    private static string Checked(string name, string value) => value.Any(next => char.IsControl(next) && next is not '\t' and < '\x80')
        ? throw HandshakeAnswer.Breach($"the header '{name}' has a control character: \"{Show(value)}\"")
        : value;

    private static string Show(string text) => PeerText.OfBytes(Encoding.Latin1.GetBytes(text), 64);
}
