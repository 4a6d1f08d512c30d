using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akka.Hosting;

/// <summary>An actor system as a part of a generic host.</summary>
public static class AkkaHostingExtensions
{
    /// <summary>
    /// Adds an actor system that starts and stops with the host, its registry, and <see cref="IRequiredActor{TActor}"/> for every
    /// registered actor.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="actorSystemName">The name in every actor's path.</param>
    /// <param name="builder">Describes the system; runs when the system is first asked for.</param>
    public static IServiceCollection AddAkka(this IServiceCollection services, string actorSystemName, Action<AkkaConfigurationBuilder> builder) =>
        services.AddAkka(actorSystemName, (configuration, _) => builder(configuration));

    /// <inheritdoc cref="AddAkka(IServiceCollection, string, Action{AkkaConfigurationBuilder})"/>
    public static IServiceCollection AddAkka(this IServiceCollection services, string actorSystemName, Action<AkkaConfigurationBuilder, IServiceProvider> builder) =>
        services.AddAkka<AkkaHostedService>(actorSystemName, builder);

    /// <inheritdoc cref="AddAkka(IServiceCollection, string, Action{AkkaConfigurationBuilder})"/>
    /// <typeparam name="T">The service that starts and stops the system.</typeparam>
    public static IServiceCollection AddAkka<T>(this IServiceCollection services, string actorSystemName, Action<AkkaConfigurationBuilder, IServiceProvider> builder)
        where T : AkkaHostedService
    {
        services.TryAddSingleton(provider =>
        {
            var configuration = new AkkaConfigurationBuilder(services, actorSystemName);
            builder(configuration, provider);
            return configuration;
        });
        services.TryAddSingleton(provider => provider.GetRequiredService<AkkaConfigurationBuilder>().CreateSystem(provider));
        services.TryAddSingleton(provider => ActorRegistry.For(provider.GetRequiredService<ActorSystem>()));
        services.TryAddSingleton<IActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.TryAddSingleton<IReadOnlyActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.TryAddSingleton(typeof(IRequiredActor<>), typeof(RequiredActor<>));
        services.AddHostedService<T>();
        return services;
    }

    /// <summary>Adds configuration of the actor system.</summary>
    public static AkkaConfigurationBuilder AddHocon(this AkkaConfigurationBuilder builder, Config hocon, HoconAddMode addMode)
    {
        builder.Add(hocon, addMode);
        return builder;
    }

    /// <summary>Adds a typed setting; a second one of the same kind takes the place of the first.</summary>
    public static AkkaConfigurationBuilder AddSetup(this AkkaConfigurationBuilder builder, Setup setup)
    {
        builder.Add(setup);
        return builder;
    }

    /// <inheritdoc cref="AkkaConfigurationBuilder.StartActors(Action{ActorSystem, IActorRegistry})"/>
    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, Action<ActorSystem, IActorRegistry> actorStarter) =>
        builder.StartActors(actorStarter);

    /// <inheritdoc cref="AkkaConfigurationBuilder.StartActors(Action{ActorSystem, IActorRegistry})"/>
    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, Action<ActorSystem, IActorRegistry, IDependencyResolver> actorStarter) =>
        builder.StartActors(actorStarter);

    /// <inheritdoc cref="AkkaConfigurationBuilder.StartActors(Action{ActorSystem, IActorRegistry})"/>
    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, ActorStarterWithResolver actorStarter) =>
        builder.StartActors(actorStarter);

    /// <inheritdoc cref="AkkaConfigurationBuilder.StartActors(Action{ActorSystem, IActorRegistry})"/>
    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, ActorStarter actorStarter) =>
        builder.StartActors(actorStarter);
}
