using ActorHeartbeat.Hosting;
using ActorHeartbeat.Scheduling;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Tests.Hosting;

/// <summary>The scheduler of an actor system with a supervisor.</summary>
public sealed class SchedulerChoiceTests
{
    private static readonly Config OfAkka = ConfigurationFactory.ParseString(
        "akka.scheduler.implementation = \"Akka.Actor.HashedWheelTimerScheduler, Akka\"");

    [Fact]
    public async Task Without_configuration_the_system_runs_on_the_scheduler_with_a_thread_of_its_own()
    {
        var scheduler = await SchedulerOf(akka => akka.WithConnectionSupervisor(_ => { }));

        Assert.IsType<DedicatedThreadScheduler>(scheduler);
        Assert.Throws<SchedulerException>(() => scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => { })); // its system has ended
    }

    [Theory]
    [InlineData(HoconAddMode.Append)]
    [InlineData(HoconAddMode.Prepend)]
    [InlineData(HoconAddMode.Replace)]
    public async Task A_scheduler_that_was_configured_before_stays(HoconAddMode mode) =>
        Assert.IsType<HashedWheelTimerScheduler>(await SchedulerOf(akka => akka.AddHocon(OfAkka, mode).WithConnectionSupervisor(_ => { })));

    [Theory]
    [InlineData(HoconAddMode.Prepend)]
    [InlineData(HoconAddMode.Replace)]
    public async Task A_scheduler_that_is_configured_after_stays(HoconAddMode mode) =>
        Assert.IsType<HashedWheelTimerScheduler>(await SchedulerOf(akka => akka.WithConnectionSupervisor(_ => { }).AddHocon(OfAkka, mode)));

    private static async Task<IScheduler> SchedulerOf(Action<AkkaConfigurationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAkka("choice", akka =>
        {
            akka.AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF }", HoconAddMode.Append);
            configure(akka);
        });
        using var host = builder.Build();
        await host.StartAsync();
        var scheduler = host.Services.GetRequiredService<ActorSystem>().Scheduler;
        await host.StopAsync();
        return scheduler;
    }
}
