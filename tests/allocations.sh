#!/usr/bin/env bash
# Holds to the byte what a message, a heartbeat, a permit and the like allocate: fails when one takes more than it did. It looks at no time.
# The same in microseconds: dotnet run -c Release --project tests/ActorHeartbeat.MicroBenchmarks -- --filter '*'
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

project=tests/ActorHeartbeat.MicroBenchmarks
dotnet build $project -c Release -v q
exec dotnet $project/bin/Release/net10.0/ActorHeartbeat.MicroBenchmarks.dll gate
