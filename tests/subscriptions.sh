#!/usr/bin/env bash
# Subscriptions in full size: what an idle key costs in memory; 5,000 keys on a line that is cut every 10 s, where asking for all of them
# takes 50 s, one by one and in batches of 50, with a server that answers at a rate of its own; the CPU of 100,000 messages/s over 1,000
# keys beside the same messages without subscriptions. Servers are processes of their own. Fails when a promise is broken.
#   bash tests/subscriptions.sh            all of it, about four minutes
#   --only memory|converge|traffic         a part of it
#   --keys N, --cut-every N, --answers N   other figures of the line that is cut: keys, seconds, answers a second
#   --rate N, --seconds N, --rounds N      other figures of the messages: a second, how long each time, how often
#   --no-build                             the benchmarks are built already
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

only=all keys=5000 cut=10 answers=400 rate=100000 seconds=10 rounds=3 build=1
while [ $# -gt 0 ]; do
  case $1 in
    --only) only=$2; shift ;;
    --keys) keys=$2; shift ;;
    --cut-every) cut=$2; shift ;;
    --answers) answers=$2; shift ;;
    --rate) rate=$2; shift ;;
    --seconds) seconds=$2; shift ;;
    --rounds) rounds=$2; shift ;;
    --no-build) build=0 ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
case $only in all | memory | converge | traffic) ;; *) echo "--only: memory, converge or traffic" >&2; exit 2 ;; esac

project=tests/ActorHeartbeat.Benchmarks
[ $build = 0 ] || dotnet build $project -c Release -v q || exit 1
broken=0
show() {
  [ $only = all ] || [ $only = "$1" ] || return
  shift
  dotnet $project/bin/Release/net10.0/ActorHeartbeat.Benchmarks.dll "$@" || broken=1
}
show memory keys-memory
show converge keys-converge --keys "$keys" --cut-every "$cut" --answers "$answers"
show converge keys-converge --keys "$keys" --cut-every "$cut" --answers 110 --batch 50 --send-rate 2
show traffic keys-traffic --rate "$rate" --seconds "$seconds" --rounds "$rounds"
exit $broken
