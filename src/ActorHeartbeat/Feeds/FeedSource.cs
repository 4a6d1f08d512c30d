using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// The values that events share: those of the messages of one connection, or of one key; every other event has a source of its own.
/// </summary>
internal abstract class FeedSource
{
    private FeedSource()
    {
    }

    /// <summary>The run of the process.</summary>
    public abstract string Instance { get; }

    /// <summary>The endpoint of the feed.</summary>
    public abstract EndpointId Endpoint { get; }

    /// <summary>Which connection.</summary>
    public abstract int Epoch { get; }

    /// <summary>
    /// Null for messages; else a <see cref="FeedGap"/>, a <see cref="FeedState"/>, a <see cref="FeedKeyState"/>, or a text: why the stream
    /// ends.
    /// </summary>
    public abstract object? Detail { get; }

    /// <summary>The key that it is about; null for none.</summary>
    public abstract string? Subscription { get; }

    public static FeedSource Of(string instance, EndpointId endpoint, int epoch, object? detail = null, string? subscription = null) =>
        detail is null && subscription is null
            ? new Connection(instance, endpoint, epoch)
            : new Happening(instance, endpoint, epoch, detail, subscription);

    /// <summary>The same of another connection.</summary>
    public FeedSource At(int epoch) => Of(Instance, Endpoint, epoch, Detail, Subscription);

    /// <summary>The same with something that has happened.</summary>
    public FeedSource With(object detail) => Of(Instance, Endpoint, Epoch, detail, Subscription);

    /// <summary>What the messages about a subscription share.</summary>
    public FeedSource About(string subscription) => Of(Instance, Endpoint, Epoch, Detail, subscription);

    /// <summary>Of what is about a subscription: what the messages of one of its keys share.</summary>
    public FeedSource OfKey(string key) => new Key(this, key);

    /// <summary>Of most messages: every connection has one, so it has no more.</summary>
    private class Connection(string instance, EndpointId endpoint, int epoch) : FeedSource
    {
        public override string Instance => instance;

        public override EndpointId Endpoint => endpoint;

        public override int Epoch => epoch;

        public override object? Detail => null;

        public override string? Subscription => null;
    }

    private sealed class Happening(string instance, EndpointId endpoint, int epoch, object? detail, string? subscription)
        : Connection(instance, endpoint, epoch)
    {
        public override object? Detail => detail;

        public override string? Subscription => subscription;
    }

    /// <summary>There may be ten thousand of them, so a name that nobody asks for is not made.</summary>
    private sealed class Key(FeedSource subscription, string key) : FeedSource
    {
        private string? _name;

        public override string Instance => subscription.Instance;

        public override EndpointId Endpoint => subscription.Endpoint;

        public override int Epoch => subscription.Epoch;

        public override object? Detail => null;

        public override string Subscription => _name ??= $"{subscription.Subscription}/{key}";
    }
}
