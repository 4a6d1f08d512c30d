using Spectre.Console;

namespace ActorHeartbeat.Service.Operating;

/// <summary>The colours. Each goes with a word: no meaning is in a colour alone.</summary>
internal static class Palette
{
    public static readonly Style Plain = Style.Plain;
    public static readonly Style Strong = new(decoration: Decoration.Bold);
    public static readonly Style Quiet = new(decoration: Decoration.Dim);
    public static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);
    public static readonly Style Warning = new(Color.Yellow);
    public static readonly Style Good = new(Color.Green);

    public static Style Of(Concern concern) => concern switch
    {
        Concern.Failed or Concern.Down => Bad,
        Concern.Starting or Concern.Shaky => Warning,
        Concern.Paused => Quiet,
        _ => Good,
    };

    public static Style OfState(string state) => state switch
    {
        "failed" or "backing-off" => Bad,
        "connecting" or "awaiting-pong" => Warning,
        "paused" => Quiet,
        _ => Good,
    };
}
