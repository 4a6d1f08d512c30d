using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Finds rules that never decide, because an earlier one matches all that they match.</summary>
/// <remarks>
/// Only rules of one list are compared: a rule may stand before those of the layer below in order to decide in their place.
/// </remarks>
internal static class HiddenRules
{
    /// <summary>Reports the first such rule of a list.</summary>
    /// <param name="at">The list as it is written.</param>
    /// <param name="rules">What was read of it.</param>
    /// <returns>Whether there is none.</returns>
    public static bool AreSound(Cursor at, ValueList<MessageRule> rules)
    {
        for (var later = 1; later < rules.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                var (decides, hidden) = (rules[earlier].Match, rules[later].Match);
                if (!Hides(decides, hidden))
                    continue;
                var written = IdleKeys.Elements(at).ToArray();
                return written[later].Report(
                    decides == hidden
                        ? $"matches what the rule at {written[earlier].Place} matches, which decides; remove one of them"
                        : $"matches only what the rule at {written[earlier].Place} matches too, which decides; put this one before it, or "
                            + "remove it");
            }
        }
        return true;
    }

    /// <summary>Whether the first pattern certainly matches all that the second matches.</summary>
    private static bool Hides(MessagePattern earlier, MessagePattern later) =>
        earlier == later
        || later switch
        {
            MessagePattern.Any any => any.Patterns.All(each => Hides(earlier, each)),
            MessagePattern.All all => all.Patterns.Any(each => Hides(earlier, each)),
            _ => false,
        }
        || earlier switch
        {
            MessagePattern.Any any => any.Patterns.Any(each => Hides(each, later)),
            MessagePattern.All all => all.Patterns.All(each => Hides(each, later)),
            MessagePattern.Json few => later is MessagePattern.Json more && few.After == more.After
                && few.Expectations.All(more.Expectations.Contains),
            _ => false,
        };
}
