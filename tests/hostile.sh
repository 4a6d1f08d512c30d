#!/usr/bin/env bash
# Everything that goes wrong at once, for ten minutes, beside 500 healthy feeds: upstreams that flap and talk too much, secrets and
# certificates that hang, a log that nobody reads, guests of the API who take places, sink files that others move, a storm of reloads.
# Says every 30 s how much memory the service has, and how many messages of the healthy feeds were sent, seen and missed. Fails when a
# healthy feed missed a message or connected again, when memory grew, or when SIGTERM did not end the service in time.
#   bash tests/hostile.sh                  10 minutes
#   --minutes N, --feeds N                 other figures
#   --no-build                             the tests are built already
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

minutes=10 feeds=500 build=1
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=$2; shift ;;
    --feeds) feeds=$2; shift ;;
    --no-build) build=0 ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done

project=tests/ActorHeartbeat.Hostile.Tests
[ $build = 0 ] || dotnet build $project -c Release -v q || exit 1
exec dotnet $project/bin/Release/net10.0/ActorHeartbeat.Hostile.Tests.dll everything --minutes "$minutes" --feeds "$feeds"
