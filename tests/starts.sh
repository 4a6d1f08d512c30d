#!/usr/bin/env bash
# Starts the service again and again where a start is hardest: one core, a pool of one thread, and every endpoint arms a timer at once.
# Says for each start how many endpoints are open and after how long. Fails when a start did not open all of them in time.
#   bash tests/starts.sh                             20 starts of 2,000 endpoints, at most 60 s each
#   bash tests/starts.sh --scheduler akka            the same on Akka.NET's own scheduler
#   --starts N, --endpoints N, --seconds N           other figures
#   --no-build                                       the service is built already
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

starts=20 endpoints=2000 seconds=60 scheduler=ours build=1
while [ $# -gt 0 ]; do
  case $1 in
    --starts) starts=$2; shift ;;
    --endpoints) endpoints=$2; shift ;;
    --seconds) seconds=$2; shift ;;
    --scheduler) scheduler=$2; shift ;;
    --no-build) build=0 ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
case $scheduler in
  ours) akka="" ;;
  akka) akka='scheduler.implementation = "Akka.Actor.HashedWheelTimerScheduler, Akka"' ;;
  *) echo "--scheduler: ours or akka" >&2; exit 2 ;;
esac

[ $build = 0 ] || dotnet build src/ActorHeartbeat.Service -c Release -v q || exit 1
program=src/ActorHeartbeat.Service/bin/Release/net10.0/ActorHeartbeat.Service.dll

folder=$(mktemp -d)
server="" service=""
end() { [ -z "$1" ] || { kill -KILL "$1" && wait "$1"; } 2>/dev/null; }
trap 'end "$service"; end "$server"; rm -rf "$folder"' EXIT

dotnet "$program" feed-server --listen 127.0.0.1:0 >"$folder/server" 2>&1 &
server=$!
for _ in $(seq 600); do
  at=$(sed -nE 's/^feed server on (ws|http):\/\/([^ /]+).*/\2/p' "$folder/server")
  [ -n "$at" ] && break
  sleep 0.1
done
[ -n "$at" ] || { cat "$folder/server"; exit 1; }
open() { curl -s -m 5 "http://$at/clients" | sed -nE '0,/"count"/s/.*"count": *([0-9]+).*/\1/p' | head -1; }

{
  echo "akka { $akka }"
  echo 'actor-heartbeat { config.watch = off, http.listen = "127.0.0.1:0"'
  echo 'supervisor { start-spread = 0s, connect-rate = 10000/s, connect-burst = 1000 }'
  echo 'defaults { proxy = none, heartbeat { mode = ping, interval = 30s } }'
  echo 'endpoints {'
  seq "$endpoints" | sed "s|.*|e&.url = \"ws://$at/ping?name=e&\"|"
  echo '} }'
} >"$folder/service.conf"

all=0
for start in $(seq "$starts"); do
  began=$(date +%s%N)
  DOTNET_ThreadPool_ForceMinWorkerThreads=1 taskset -c 0 dotnet "$program" run "$folder/service.conf" >"$folder/service" 2>&1 &
  service=$!
  while
    now=$(open)
    took=$((($(date +%s%N) - began) / 1000000))
    [ "${now:-0}" -lt "$endpoints" ] && [ $took -lt $((seconds * 1000)) ] && kill -0 $service 2>/dev/null
  do sleep 0.2; done
  echo "start $start: ${now:-0} of $endpoints open after $((took / 1000)).$((took / 100 % 10)) s"
  [ "${now:-0}" -lt "$endpoints" ] || all=$((all + 1))
  kill -0 $service 2>/dev/null || cat "$folder/service"
  end "$service"
  service=""
  for _ in $(seq 100); do [ "$(open)" = 0 ] && break; sleep 0.1; done
done
echo "$all of $starts starts opened all endpoints ($scheduler, $endpoints endpoints, one core)"
[ "$all" -eq "$starts" ]
