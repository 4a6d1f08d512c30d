using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <content>Changes of what is supervised: a whole configuration, or one endpoint that is added, changed or removed.</content>
public sealed partial class ConnectionSupervisor
{
    private long _revision; // of the settings of all endpoints

    private ConfigurationApplied Apply(ApplyConfiguration configuration)
    {
        (_settings, _groups) = (configuration.Supervisor, configuration.Groups);
        _connections.Governor.Tell(new ConfigureGovernor(_settings, _groups));
        var isOutdated = configuration.Known is { } known && !Fits(known);
        var changes = configuration.Known is { } computed && !isOutdated
            ? computed.Changes
            : EndpointChanges.Between(Supervised.Select(endpoint => endpoint.Settings), configuration.Endpoints);
        if (isOutdated)
            Context.GetLogger().Warning(
                "the changes of a configuration begin at revision {0}, this is {1}: compared again", configuration.Known!.Base, _revision);
        var before = _revision;
        Apply(changes, configuration.Endpoints);
        _revision = before + 1; // a configuration counts once, whatever it changes
        TellNewSendRates();
        return new ConfigurationApplied(changes, _revision) { ComparedAgain = isOutdated };
    }

    private IEnumerable<RegistryEntry> Supervised => _endpoints.Values.Where(endpoint => !endpoint.IsRemoved);

    // A supervisor that has started again counts revisions from the beginning, so the number of endpoints must match too.
    private bool Fits(KnownChanges known) =>
        known.Base == _revision
        && known.Changes.OldCount == Supervised.Count()
        && known.Changes.Removed.All(id => Find(id) is not null)
        && known.Changes.Changed.All(changed => Find(changed.Id) is not null);

    private void Apply(EndpointChanges changes, IReadOnlyCollection<EndpointSettings> endpoints)
    {
        var wanted = endpoints.ToDictionary(settings => settings.Id);
        var spread = wanted.Count > 1 ? _settings.StartSpread : TimeSpan.Zero;
        foreach (var id in changes.Removed)
        {
            SetKeysAside(_endpoints[id]);
            Remove(_endpoints[id]);
        }
        foreach (var id in changes.Added)
            Admit(wanted[id], spread);
        foreach (var (id, change) in changes.Changed)
            Reconfigure(_endpoints[id], wanted[id], change.Effect);
    }

    // The send rate of a group is no setting of its endpoints: no other message brings it to them.
    private void TellNewSendRates()
    {
        foreach (var endpoint in _endpoints.Values)
        {
            if (SendRateOf(endpoint.Settings) is var rate && rate == endpoint.SendRate)
                continue;
            endpoint.SendRate = rate;
            endpoint.Tell(new SettingsChanged(endpoint.Effective, rate, ChangeEffect.Live));
        }
    }

    private Rate? SendRateOf(EndpointSettings settings) =>
        settings.Group is { } group && _groups.TryGetValue(group, out var budget) ? budget.SendRate : null;

    private CommandResult Add(EndpointSettings settings)
    {
        if (Find(settings.Id) is not null)
            return new CommandResult(CommandOutcome.Refused, $"{settings.Id} exists already");
        if (Reject(settings) is { } invalid)
            return invalid;
        Admit(settings, TimeSpan.Zero);
        return new CommandResult(CommandOutcome.Accepted);
    }

    private CommandResult Reconfigure(EndpointSettings settings) =>
        Reject(settings) ?? With(settings.Id, endpoint => Reconfigure(endpoint, settings));

    /// <summary>What is wrong with settings that a program made by hand.</summary>
    private CommandResult? Reject(EndpointSettings settings) =>
        (EndpointSetting.Reject(settings) ?? _dependencies.Extensions.Reject(settings)) is { } reason
            ? new CommandResult(CommandOutcome.Invalid, reason)
            : null;

    private void Admit(EndpointSettings settings, TimeSpan spread)
    {
        _revision++;
        if (!_endpoints.TryGetValue(settings.Id, out var endpoint))
        {
            var feed = _dependencies.Feeds.GetOrAdd(settings);
            _endpoints[settings.Id] = endpoint = new RegistryEntry(settings, new EndpointPlane(feed), _clock.UtcNow);
            _meter.Add(settings, endpoint);
            if (_restored.Remove(settings.Id, out var session))
                endpoint.Before = session.For(settings);
        }
        RestoreKeys(endpoint, settings);
        _meter.Follow(settings);
        endpoint.IsRemoved = false; // it may be one that is still closing
        (endpoint.Settings, endpoint.SendRate) = (settings, SendRateOf(settings));
        Keep(endpoint, _pausedBefore.Remove(settings.Id) && settings.Enabled);
        endpoint.Enter(settings.Enabled && !endpoint.IsPausedByOperator ? EndpointMode.Running : EndpointMode.Paused, _clock.UtcNow);
        StartIfWanted(endpoint, spread);
    }

    private void Reconfigure(RegistryEntry endpoint, EndpointSettings settings)
    {
        var change = EndpointChange.Between(endpoint.Settings, settings);
        if (change.Effect != ChangeEffect.None)
            Reconfigure(endpoint, settings, change.Effect);
    }

    private void Reconfigure(RegistryEntry endpoint, EndpointSettings settings, ChangeEffect effect)
    {
        _revision++;
        var before = endpoint.Settings;
        (endpoint.Settings, endpoint.SendRate, endpoint.RotationFailures) = (settings, SendRateOf(settings), 0);
        _dependencies.Feeds.GetOrAdd(settings);
        _meter.Follow(settings);
        if (before.Enabled != settings.Enabled)
        {
            Keep(endpoint, isPaused: false); // what the configuration says now is newer than what the operator said
            if (settings.Enabled && endpoint.Mode == EndpointMode.Running)
                // an operator had resumed it before the configuration did
                endpoint.Primary?.Actor?.Tell(new SettingsChanged(endpoint.Effective, endpoint.SendRate, effect));
            else if (settings.Enabled)
                Resume(endpoint);
            else
                Pause(endpoint, settings.CloseCode, "disabled by configuration");
        }
        else if (effect == ChangeEffect.Reconnect && MayOpenBeside(endpoint))
        {
            // what needs no new connection does not wait for one
            endpoint.Primary?.Actor?.Tell(new SettingsChanged(endpoint.Effective, endpoint.SendRate, ChangeEffect.Live));
            BeginRotation(endpoint);
        }
        else
        {
            endpoint.Tell(new SettingsChanged(endpoint.Effective, endpoint.SendRate, effect));
        }
    }

    private void Remove(RegistryEntry endpoint)
    {
        _revision++;
        endpoint.IsRemoved = true;
        Keep(endpoint, isPaused: false);
        endpoint.AddedKeys.Clear();
        Pause(endpoint, endpoint.Settings.CloseCode, "removed");
        ForgetIfGone(endpoint);
    }
}
