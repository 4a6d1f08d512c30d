using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Http;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>Asks before a command, and gives the body of its request.</summary>
public sealed partial class ActionDialog
{
    /// <summary>The most characters of a text to send: with a longer one it is the command line's turn, which reads files.</summary>
    internal const int MostText = 60_000;

    private string _code = "1000";
    private string _text = "";

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!; // set by the components

    /// <summary>The command.</summary>
    [Parameter]
    public string Verb { get; set; } = "";

    /// <summary>The endpoint.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    private int? Code => int.TryParse(_code, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;

    /// <summary>What would be refused, so that the dialog stays; null for nothing.</summary>
    private string? Fault => Verb != "close" ? null
        : Code is not { } code ? "the close code is a number"
        : ValueRules.SendableCloseCode.Reject(code) is { } reason ? $"the close code is {reason}"
        : Encoding.UTF8.GetByteCount(_text) is > CommandRoutes.LongestReason and var bytes
            ? $"the reason has {bytes} bytes of UTF-8, and {CommandRoutes.LongestReason} fit into a Close frame"
            : null;

    private string What => EndpointAction.All.First(action => action.Verb == Verb).Effect;

    private string CommandLine => ShownCommand.Of(
        Verb switch
        {
            "close" => string.Create(CultureInfo.InvariantCulture, $"close {Id} --code {Code}")
                + (_text.Length > 0 ? $" --reason {ShownCommand.Quoted(_text)}" : ""),
            "send" => $"send {Id} --text {ShownCommand.Quoted(_text)}",
            _ => $"{Verb} {Id}",
        },
        new Uri(Navigation.BaseUri));

    private void Confirm() => Dialog.Close(DialogResult.Ok(Verb switch
    {
        "close" => JsonSerializer.Serialize(new { code = Code, reason = _text }),
        "send" => JsonSerializer.Serialize(new { text = _text }),
        _ => "",
    }));
}
