using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>Asks before a command, and gives the body of its request.</summary>
public sealed partial class ActionDialog
{
    private int _code = 1000;
    private string _text = "";

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!; // set by the components

    /// <summary>The command.</summary>
    [Parameter]
    public string Verb { get; set; } = "";

    /// <summary>The endpoint.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    private string What => Verb switch
    {
        "refresh" => "Closes the connection and dials again; where it waits, it dials now.",
        "rotate" => "Replaces the connection; the new one opens first.",
        "pause" => "Closes the connection, and stays closed until somebody resumes it.",
        "resume" => "Connects again.",
        "close" => "Closes the connection for good, until somebody resumes it.",
        _ => "Sends a text to the peer.",
    };

    private string CommandLine => Verb switch
    {
        "close" => string.Create(CultureInfo.InvariantCulture, $"actorheartbeat close {Id} --code {_code}")
            + (_text.Length > 0 ? $" --reason {Quoted(_text)}" : ""),
        "send" => $"actorheartbeat send {Id} --text {Quoted(_text)}",
        _ => $"actorheartbeat {Verb} {Id}",
    };

    private void Confirm() => Dialog.Close(DialogResult.Ok(Verb switch
    {
        "close" => JsonSerializer.Serialize(new { code = _code, reason = _text }),
        "send" => JsonSerializer.Serialize(new { text = _text }),
        _ => "",
    }));

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
