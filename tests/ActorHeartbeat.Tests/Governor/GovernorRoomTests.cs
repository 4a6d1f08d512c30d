using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Scheduling;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;

namespace ActorHeartbeat.Tests.Governor;

/// <summary>The governor when the process runs short of what a dial takes, in virtual time.</summary>
public class GovernorRoomTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly ScriptedRoom _room = new();
    private readonly IActorRef _governor;

    public GovernorRoomTests()
        : base(ConfigurationFactory.ParseString("akka.loglevel = INFO").WithFallback(VirtualTime.WithSerialization))
    {
        var clock = new SchedulerClock(Sys.Scheduler);
        var ledger = new GovernorLedger<IActorRef>();
        ledger.Configure(new SupervisorSettings { ConnectBurst = 100 }, new Dictionary<string, GroupSettings>(), clock.Elapsed);
        _governor = Sys.ActorOf(ConnectGovernor.Props(ledger, clock, store: null, _room), "governor");
    }

    [Fact]
    public void Dials_wait_without_room_and_go_on_within_a_second_of_it()
    {
        _room.Found = new RoomForDials(0, "file descriptors are short");
        var one = Request("one");
        Assert.Equal("file descriptors are short", PlaceOf("one").Why);
        Advance(10);
        one.ExpectNoMsg(TimeSpan.Zero);

        _room.Found = RoomForDials.Unlimited;
        Advance(1);

        one.ExpectMsg<PermitGranted>();
    }

    [Fact]
    public void Each_dial_takes_a_place_of_the_room_that_was_found()
    {
        _room.Found = new RoomForDials(2, "short");

        var probes = new[] { Request("one"), Request("two"), Request("three") };

        probes[0].ExpectMsg<PermitGranted>();
        probes[1].ExpectMsg<PermitGranted>();
        Assert.Equal("short", PlaceOf("three").Why);
        probes[2].ExpectNoMsg(TimeSpan.Zero);
        Advance(1);
        probes[2].ExpectMsg<PermitGranted>();
        Assert.Equal([0, 2], _room.Dialing);
    }

    [Fact]
    public void A_shortage_is_logged_once_when_it_begins_and_once_when_all_have_room()
    {
        _room.Found = new RoomForDials(0, "short");
        TestProbe[] probes = [];
        EventFilter.Warning(contains: "short").ExpectOne(() =>
        {
            probes = [Request("one"), Request("two"), Request("three")];
            _room.Found = new RoomForDials(1, "short");
            Advance(1);
            _room.Found = new RoomForDials(0, "short");
            Advance(1);
        });
        probes[0].ExpectMsg<PermitGranted>();

        _room.Found = RoomForDials.Unlimited;
        EventFilter.Info(contains: "room for all").ExpectOne(() => Advance(1));

        probes[1].ExpectMsg<PermitGranted>();
        probes[2].ExpectMsg<PermitGranted>();
    }

    [Fact]
    public void A_request_that_may_be_refused_is_refused_without_room()
    {
        _room.Found = new RoomForDials(0, "short");
        var probe = CreateTestProbe();

        _governor.Tell(new RequestPermit(new EndpointId("one"), "h", null, 1) { OrRefuse = true }, probe.Ref);

        Assert.Equal("short", probe.ExpectMsg<PermitRefused>().Why);
    }

    [Theory]
    [InlineData(1024, 100, 0, 265)] // 1024 - 128 kept - 100 open, 3 for each dial
    [InlineData(1024, 100, 64, 222)] // a dial in flight may open two more
    [InlineData(330, 290, 0, 0)]
    [InlineData(16, 16, 0, 0)]
    [InlineData(1_000_000, 100, 0, 333_214)]
    public void The_room_for_dials_follows_the_open_descriptors(int limit, int open, int dialing, int dials) =>
        Assert.Equal(dials, ProcessRoom.OfDescriptors(limit, open, dialing).Dials);

    [Fact]
    public void Without_a_limit_of_descriptors_nothing_is_short() =>
        Assert.Equal(RoomForDials.Unlimited, ProcessRoom.OfDescriptors(null, 0, 0));

    [Theory]
    [InlineData("Max open files            330                  4096                 files     ", 330)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             95765                95765                processes ", null)]
    public void The_soft_limit_of_descriptors_is_read(string line, int? limit)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, ["Limit                     Soft Limit           Hard Limit           Units     ", line]);

            Assert.Equal(limit, ProcessRoom.DescriptorLimit(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(950, 1000, true)]
    [InlineData(850, 1000, false)]
    [InlineData(1, 0, false)]
    public void Dials_wait_when_the_heap_has_most_of_the_memory(long committed, long available, bool isShort) =>
        Assert.Equal(isShort, ProcessRoom.OfMemory(committed, available) is { Dials: 0 });

    [Theory]
    [InlineData(100, 90, true)]
    [InlineData(100, 60, false)]
    [InlineData(64, 40, false)]
    [InlineData(64, 57, true)]
    [InlineData(null, 90, false)]
    public void Dials_wait_when_the_control_group_is_almost_full_of_threads(int? most, int? running, bool isShort) =>
        Assert.Equal(isShort, ProcessRoom.OfThreads(most, running) is { Dials: 0 });

    [Fact]
    public void This_process_has_room() => Assert.InRange(new ProcessRoom().Look(dialing: 0).Dials, 1, int.MaxValue);

    private TestProbe Request(string name)
    {
        var probe = CreateTestProbe();
        _governor.Tell(new RequestPermit(new EndpointId(name), "h", null, 1), probe.Ref);
        PlaceOf(name);
        return probe;
    }

    // The answer comes after everything that the governor did before it.
    private QueuePlace PlaceOf(string name)
    {
        _governor.Tell(new GetPlace(new EndpointId(name)), TestActor);
        return ExpectMsg<QueuePlace>();
    }

    private void Advance(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(1));
            PlaceOf("nobody");
        }
    }

    private sealed class ScriptedRoom : IDialRoom
    {
        public RoomForDials Found { get; set; } = RoomForDials.Unlimited;

        public List<int> Dialing { get; } = [];

        public RoomForDials Look(int dialing)
        {
            Dialing.Add(dialing);
            return Found;
        }
    }
}
