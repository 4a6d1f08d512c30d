#!/usr/bin/env bash
# Builds everything and runs every test. The last line is the sum: "N passed, N failed, N skipped".
#   bash tests/run.sh                  all projects
#   bash tests/run.sh Hocon Samples    only the projects whose name contains one of the words
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Servers nobody here wrote, for end-to-end tests. Where they cannot be had, those tests are skipped and say so.
peers=tests/ActorHeartbeat.EndToEnd.Tests/peers
if command -v npm >/dev/null && [ ! -d $peers/node_modules/ws ]; then
  (cd $peers && npm ci --silent --no-audit --no-fund) || echo "ws cannot be installed: its tests are skipped"
fi

dotnet build ActorHeartbeat.sln -c Release -v q || exit 1

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 skipped=0 broken=0 projects=0 broke=()
for project in tests/*.Tests tests/*.Samples*; do
  name=$(basename "$project")
  if [ $# -gt 0 ]; then
    wanted=0
    for word in "$@"; do [[ $name == *"$word"* ]] && wanted=1; done
    [ $wanted = 1 ] || continue
  fi
  projects=$((projects + 1))
  echo "== $name"
  rm -f "$project/TestResults/table.txt"
  dotnet test "$project" -c Release --no-build --logger "console;verbosity=minimal" --blame-hang-timeout 4m >"$logs/$name" 2>&1
  status=$?
  summary=$(grep -E '^(Passed|Failed|Skipped)! ' "$logs/$name" | tail -1)
  if [ $status -ne 0 ] || [ -z "$summary" ]; then
    cat "$logs/$name"
    broke+=("$name")
    [ -n "$summary" ] || broken=$((broken + 1))
  else
    echo "$summary"
  fi
  # A project may leave a table of what it tried.
  [ ! -f "$project/TestResults/table.txt" ] || cat "$project/TestResults/table.txt"
  count() { echo "$summary" | sed -nE "s/.*$1: +([0-9]+).*/\1/p"; }
  passed=$((passed + $(count Passed || true)+0)) failed=$((failed + $(count Failed || true)+0)) skipped=$((skipped + $(count Skipped || true)+0))
done
if [ $projects = 0 ]; then
  echo "no test project has a name with one of these words: $*"
  exit 2
fi
failed=$((failed + broken))
# Once more at the end, where it is found: what failed, and why.
for name in "${broke[@]}"; do
  echo "== failed in $name"
  grep -E -A 12 '^ *Failed |error MSB|Unhandled|aborted' "$logs/$name" | grep -vE '^ *(at |--- End)' | cut -c1-600 | head -60
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
