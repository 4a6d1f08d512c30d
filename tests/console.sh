#!/usr/bin/env bash
# What the console costs: 5,000 endpoints in a browser that is looked at, sorted and filtered, as shares of a core of the service and of the
# browser, beside the same service without one and after it has gone; and the size of what is published. Fails when a promise is broken.
#   bash tests/console.sh                  all of it, about five minutes
#   --endpoints N, --seconds N             other figures
#   --no-build                             the tests are built already
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

endpoints=5000 seconds=20 build=1
while [ $# -gt 0 ]; do
  case $1 in
    --endpoints) endpoints=$2; shift ;;
    --seconds) seconds=$2; shift ;;
    --no-build) build=0 ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done

project=tests/ActorHeartbeat.WebConsole.Tests
[ $build = 0 ] || dotnet build $project -c Release -v q || exit 1
broken=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Of a copy: what is restored for one runtime would go into the lock files.
mkdir "$folder/source" && git ls-files -z | xargs -0 cp --parents -t "$folder/source" || exit 1
dotnet publish "$folder/source/src/ActorHeartbeat.Service" -c Release --use-current-runtime --self-contained false -v q -o "$folder/published" \
  || exit 1
size=$(du -sm "$folder/published" | cut -f1)
if [ "$size" -lt 60 ]; then echo "kept   published in $size MiB (below 60)"; else echo "BROKEN published in $size MiB (below 60)"; broken=1; fi
ulimit -n "$(ulimit -Hn)"
dotnet $project/bin/Release/net10.0/ActorHeartbeat.WebConsole.Tests.dll load "$endpoints" "$seconds" || broken=1
exit $broken
