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

    private string What => EndpointAction.All.First(action => action.Verb == Verb).Effect;

    private string CommandLine => ShownCommand.Of(
        Verb switch
        {
            "close" => string.Create(CultureInfo.InvariantCulture, $"close {Id} --code {_code}")
                + (_text.Length > 0 ? $" --reason {ShownCommand.Quoted(_text)}" : ""),
            "send" => $"send {Id} --text {ShownCommand.Quoted(_text)}",
            _ => $"{Verb} {Id}",
        },
        new Uri(Navigation.BaseUri));

    private void Confirm() => Dialog.Close(DialogResult.Ok(Verb switch
    {
        "close" => JsonSerializer.Serialize(new { code = _code, reason = _text }),
        "send" => JsonSerializer.Serialize(new { text = _text }),
        _ => "",
    }));
}
