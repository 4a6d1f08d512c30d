using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Subscriptions;

/// <summary>Templates that look at nothing but keys.</summary>
internal sealed class PlainValues : ISubscriptionValues
{
    public ITemplateNames Begin(SubscriptionSettings settings, SubscribedKey key) =>
        new LetBlock(ValueMap<ValueTemplate>.Empty, outer: null);

    public ITemplateNames Own(SubscribedKey key, ITemplateNames around) => around;

    public TemplateScope Scope(IReadOnlyList<string> keys, ITemplateNames names) => new() { Keys = keys, Names = names };

    public bool Capture(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message) => false;

    public string ReasonOf(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message) => "no";
}
