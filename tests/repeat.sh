#!/usr/bin/env bash
# Runs the tests of one project again and again and says how often they all passed. Fails when they once did not.
#   bash tests/repeat.sh ActorHeartbeat.Tests 200              on all cores
#   bash tests/repeat.sh ActorHeartbeat.Tests 200 --one-core   all threads on one core
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

project=tests/${1:?name a project in tests/} count=${2:?say how often}
on=()
[ "${3:-}" = --one-core ] && on=(taskset -c 0)

dotnet build "$project" -c Release -v q || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
green=0
for run in $(seq "$count"); do
  if "${on[@]}" dotnet test "$project" -c Release --no-build --blame-hang-timeout 4m >"$log" 2>&1; then
    green=$((green + 1))
  else
    echo "== run $run"
    cat "$log"
  fi
done
echo "$green of $count runs passed"
[ "$green" -eq "$count" ]
