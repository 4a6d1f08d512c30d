using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>State databases with what the service has not saved.</summary>
public sealed class StateContentTests
{
    private static readonly (string What, Action<string> Write, string Told)[] Databases =
    [
        ("a pause of ten million days, with others", path => StateScene.Write(path, """
            INSERT INTO governor VALUES (1, '9999-12-31T23:59:59.0000000+00:00');
            INSERT INTO pauses VALUES ('global', 9223372036854775807, 'x'), ('host:127.0.0.1', -1, char(27) || '[2J'), ('group:g', 0, 'x');
            INSERT INTO budgets VALUES ('global', 9e999), ('group:g', -5), ('', 1), ('host:' || char(27) || '[2J', -1);
            """), "no pause lasts nothing or over 30 days"),
        ("200,000 rows that nothing has saved", path => StateScene.Write(path, """
            INSERT INTO governor VALUES (1, '0001-01-01T00:00:00.0000000+00:00');
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO budgets SELECT 'x' || i, -i FROM n;
            """), "199990 more entries of the governor's state are ignored"),
        ("a million sessions of endpoints that are none", path => StateScene.Write(path, """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
              INSERT INTO sessions SELECT '../' || i, '{' FROM n;
            """), "999990 more rows are ignored"),
        ("a view of endless work in place of a table", path => StateScene.Write(path, """
            DROP TABLE budgets;
            CREATE VIEW budgets AS
              WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'global' AS scope, i AS tokens FROM n;
            INSERT INTO governor VALUES (1, '2026-01-01T00:00:00.0000000+00:00');
            """), "its tables are not those of version 1"),
        ("a trigger that deletes what is written", path => StateScene.Write(path, """
            CREATE TRIGGER t AFTER INSERT ON budgets BEGIN DELETE FROM budgets; END;
            """), "its tables are not those of version 1"),
        ("a version of the future", path => StateScene.Write(path, "PRAGMA user_version = 7"), "it is of version 7, 1 is expected"),
    ];

    [Fact]
    public Task What_nobody_saved_stops_no_dial() => Try.AllAsync(
        Databases.Select(file => new Try(
            Kind.StateFromDisk,
            $"state.path: {file.What}",
            $"it is told, dials go on, explain answers; {Scene.Well}, SIGTERM in time",
            () => StateScene.GoesOnAsync("state.path", "state.db", file.Write, file.Told))));
}
