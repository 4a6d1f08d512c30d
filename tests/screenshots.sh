#!/usr/bin/env bash
# Takes the pictures of the console in README.md again: the shipped demonstration in a browser. Look at them before you commit them.
#   bash tests/screenshots.sh              into tests/ActorHeartbeat.WebConsole.Tests/Pictures
#   --into FOLDER                          into another folder
#   --no-build                             the tests are built already
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

project=tests/ActorHeartbeat.WebConsole.Tests
folder=$project/Pictures build=1
while [ $# -gt 0 ]; do
  case $1 in
    --into) folder=$2; shift ;;
    --no-build) build=0 ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
[ $build = 0 ] || dotnet build $project -c Release -v q || exit 1
exec dotnet $project/bin/Release/net10.0/ActorHeartbeat.WebConsole.Tests.dll screenshots "$folder"
