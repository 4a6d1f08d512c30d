using System.CommandLine;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Prints what a shell needs to complete verbs, options, and the ids of endpoints of a running service.</summary>
internal static class CompletionVerb
{
    /// <summary>The shell hands over the line without the program's name, which may be a path or an alias.</summary>
    private const string Bash =
        """
        # actorheartbeat: completion for bash.   source <(actorheartbeat completion bash)
        _actorheartbeat() {
          local program="${COMP_WORDS[0]}" line="${COMP_LINE:0:COMP_POINT}"
          line="${line#*"$program"}"; line="${line#"${line%%[![:space:]]*}"}"
          local word="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n'
          local -a found=($("$program" "[suggest:${#line}]" "$line" 2>/dev/null))
          COMPREPLY=($(compgen -W "${found[*]}" -- "$word"))
        }
        complete -o default -F _actorheartbeat actorheartbeat ActorHeartbeat.Service
        """;

    private const string Zsh =
        """
        #compdef actorheartbeat ActorHeartbeat.Service
        # actorheartbeat: completion for zsh.   source <(actorheartbeat completion zsh), after compinit
        _actorheartbeat() {
          local program="${words[1]}" line="${(j: :)words[2,CURRENT]}"
          local -a found
          found=("${(@f)$("$program" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          compadd -- "${found[@]}" || _files
        }
        compdef _actorheartbeat actorheartbeat ActorHeartbeat.Service
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash or zsh" };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        var verb = new Command("completion", "Print a script for a shell; it completes verbs, options and ids of endpoints") { shell };
        verb.SetAction(parsed =>
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetRequiredValue(shell) == "bash" ? Bash : Zsh));
        return verb;
    }
}
