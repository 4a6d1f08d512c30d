using System.Globalization;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Trying;

/// <summary>Prints a conversation line by line, and at its end what came of it.</summary>
internal sealed class TranscriptPrinter(TextWriter output)
{
    private const int MostPlaces = 64;

    private readonly OrderedDictionary<string, int> _places = new(StringComparer.Ordinal);
    private int _in, _out, _unknown;
    private long? _incarnation;

    public async Task Print(ConversationLineView line)
    {
        Count(line);
        await output.WriteLineAsync(Spell(line));
        await output.FlushAsync(CancellationToken.None);
    }

    /// <summary>How many messages went out and came in, which rules and waits took them, and how many none of them knew.</summary>
    public async Task PrintSummary()
    {
        var places = string.Join("; ", _places.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.Key} {place.Value}x")));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{_out} messages out, {_in} in; {(places.Length > 0 ? places : "no rule matched")}; {_unknown} that no rule knew"));
        await output.FlushAsync(CancellationToken.None);
    }

    private void Count(ConversationLineView line)
    {
        if (line.Direction == ">")
            _out++;
        if (line.Direction != "<")
            return;
        _in++;
        foreach (var note in line.Notes)
        {
            if (note.By.Length == 0)
                _unknown++;
            else if (_places.ContainsKey(note.By) || _places.Count < MostPlaces)
                _places[note.By] = _places.GetValueOrDefault(note.By) + 1;
        }
    }

    /// <summary>The number of the connection stands in lines of a later one only.</summary>
    public string Spell(ConversationLineView line)
    {
        _incarnation ??= line.Incarnation;
        var connection = line.Incarnation == _incarnation ? "" : string.Create(CultureInfo.InvariantCulture, $"#{line.Incarnation} ");
        var more = line.More == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({line.More} more)");
        var notes = line.Notes.Count == 0 ? "" : $"    [{string.Join("; ", line.Notes.Select(Spell))}]";
        return string.Create(
            CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:HH:mm:ss.fff} {connection}{line.Direction} ")
            + PeerText.Of($"{line.Text}{more}{notes}", int.MaxValue);
    }

    private static string Spell(ConversationNoteView note)
    {
        var spelled = note.By.Length == 0 || note.What.Length == 0 ? note.By + note.What : $"{note.By}: {note.What}";
        return note.Looked.Length == 0 ? spelled : $"{spelled}; {note.Looked}";
    }
}
