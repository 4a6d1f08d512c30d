#!/usr/bin/env bash
# The alerts and the dashboard of docker/observability: promtool reads them and tries each alert on series; then a service, a venue that
# goes deaf, and a real Prometheus with the shipped files, in which minutes are seconds. The last line is the sum.
#   bash tests/observability.sh            half a minute; a minute on a busy machine
#   --only rules|chain                     a part of it
#   --large                                also a service with 5,000 endpoints: promtool check metrics, time and size of a scrape
#   --no-build                             the service is built already
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 no_proxy=127.0.0.1

only=all large=0 build=1
while [ $# -gt 0 ]; do
  case $1 in
    --only) only=$2; shift ;;
    --large) large=1 ;;
    --no-build) build=0 ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
case $only in all | rules | chain) ;; *) echo "--only: rules or chain" >&2; exit 2 ;; esac

shipped=docker/observability
service=src/ActorHeartbeat.Service/bin/Release/net10.0/ActorHeartbeat.Service.dll
folder=$(mktemp -d)
started=()
finish() {
  local process
  for process in "${started[@]}"; do kill -CONT "$process" 2>/dev/null; kill "$process" 2>/dev/null; done
  for process in "${started[@]}"; do wait "$process" 2>/dev/null; done
  rm -rf --one-file-system "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

source tests/checks.sh

# == The files
for program in promtool prometheus curl /usr/bin/python3; do
  command -v $program >/dev/null || { skip "alerts and dashboard: $program is not installed"; sum; }
done
if [ $only != chain ]; then
  check "promtool reads prometheus.yaml and its alerts" promtool check config $shipped/prometheus.yaml
  check "each alert fires when it must, and only then" promtool test rules tests/observability/alerts.test.yaml
fi
[ $only != rules ] || sum

# == A service, a venue, a Prometheus
/usr/bin/python3 -c 'import websockets' 2>/dev/null || { skip "the chain: python3-websockets is not installed"; sum; }
[ $build = 0 ] || dotnet build src/ActorHeartbeat.Service -c Release -v q || exit 1
ports() { # COUNT: free ones
  /usr/bin/python3 -c '
import socket, sys
open = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(each.getsockname()[1] for each in open))' "$1"
}
read -r venue api web < <(ports 3)
url=http://127.0.0.1:$api prometheus=http://127.0.0.1:$web

cat >"$folder/service.conf" <<END
actor-heartbeat {
  http.listen = "127.0.0.1:$api"
  supervisor.start-spread = 0s
  defaults {
    labels.venue = deaf-one
    backoff { initial = 100ms, max = 200ms, jitter = none }
    on-open = [ { send { method = subscribe, params { channel = ohlc } }, expect { "/success" = true } } ]
    on-message = [ { match { "/channel" = heartbeat }, is = beat } ]
  }
  groups.narrow { connect-rate = 1 per 1h, connect-burst = 1 }
  endpoints {
    deaf { url = "ws://127.0.0.1:$venue/deaf", timeouts.data-idle = 2s }
    quiet.url = "ws://127.0.0.1:$venue/quiet"
    slow { url = "ws://127.0.0.1:$venue/slow", timeouts.data-idle = 10s }
    ticker { url = "ws://127.0.0.1:$venue/ticker", timeouts.data-idle = 2s }
    gone { url = "ws://127.0.0.1:1/", labels.venue = gone, on-open = [], backoff { initial = 60s, max = 60s } }
    first { url = "ws://127.0.0.1:$venue/ticker", group = narrow }
    second { url = "ws://127.0.0.1:$venue/ticker", group = narrow }
  }
}
END
# What is minutes is seconds here, and it looks twice a second.
sed -E 's/\b([0-9]+)m\b/\1s/g' $shipped/alerts.yaml >"$folder/alerts.yaml"
sed -E "s/: 15s/: 500ms/; s/127\.0\.0\.1:8080/127.0.0.1:$api/" $shipped/prometheus.yaml >"$folder/prometheus.yaml"

/usr/bin/python3 tests/observability/feed.py "$venue" >"$folder/venue.log" 2>&1 &
venue_process=$!
started+=($venue_process)
dotnet $service run "$folder/service.conf" >"$folder/service.log" 2>&1 &
service_process=$!
started+=($service_process)
prometheus --config.file="$folder/prometheus.yaml" --storage.tsdb.path="$folder/data" --web.listen-address="127.0.0.1:$web" \
  --log.level=warn >"$folder/prometheus.log" 2>&1 &
started+=($!)

api() { curl -s -m 5 "$@"; }
reads() { # A QUERY, THEN AN EXPRESSION of Python: of d, the data of Prometheus's answer
  api "$prometheus/api/v1/$1" | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)["data"]
said = eval(sys.argv[1])
print(said)
sys.exit(0 if said else 1)' "$2"
}
firing() { # ALERT LABEL VALUE...: it fires for these, and for nothing else; VALUE none: it does not fire
  local alert=$1 label=$2
  shift 2
  [ "$1" != none ] || shift
  api "$prometheus/api/v1/alerts" | /usr/bin/python3 -c '
import json, sys
alert, label, *wanted = sys.argv[1:]
all = json.load(sys.stdin)["data"]["alerts"]
found = sorted(each["labels"].get(label) for each in all if each["labels"]["alertname"] == alert and each["state"] == "firing")
print(*found)
sys.exit(0 if found == wanted else f"{alert} fires for {found}, not {wanted}")' "$alert" "$label" "$@"
}
stays() { # SECONDS COMMAND...: it holds all the time
  local last=$((SECONDS + $1))
  shift
  while [ $SECONDS -lt $last ]; do
    "$@" || return 1
    sleep 0.2
  done
}
accepted() { api "$url/metrics" >"$folder/metrics" && promtool check metrics <"$folder/metrics" && wc -l <"$folder/metrics"; }
stands_still() {
  kill -STOP $service_process
  local said code
  said=$(within 15 firing ActorHeartbeatUnreachable instance "127.0.0.1:$api")
  code=$?
  sleep 5 # its timers are to be late by more than that
  kill -CONT $service_process
  echo "$said"
  return $code
}

check "Prometheus reads the service" within 30 reads targets '[t["health"] for t in d["activeTargets"]] == ["up"]'
check "the alert of a deaf feed fires for the deaf one, and for no quiet one" within 30 firing ActorHeartbeatFeedDeaf endpoint deaf
check "promtool accepts the metrics" accepted
check "the alert of a venue fires for the one where everything is down" within 20 firing ActorHeartbeatVenueDown label_venue gone
check "the alert of the governor fires" within 20 firing ActorHeartbeatGovernorStarved instance "127.0.0.1:$api"
check "the alert of flapping fires for the one that opens again and again" within 20 firing ActorHeartbeatFeedFlapping endpoint deaf
check "Prometheus takes every query of the dashboard" \
  /usr/bin/python3 tests/observability/queries.py $shipped/grafana/dashboards/actorheartbeat.json "$prometheus"
check "no other feed has become deaf, nor is anything refused" stays 3 firing ActorHeartbeatFeedDeaf endpoint deaf
kill -USR1 $venue_process
check "a feed that has data again is not deaf" within 20 firing ActorHeartbeatFeedDeaf endpoint none
check "no reload is refused so far" firing ActorHeartbeatReloadRefused instance none
echo 'actor-heartbeat.wrong = 1' >>"$folder/service.conf"
check "the alert of a refused reload fires" within 20 firing ActorHeartbeatReloadRefused instance "127.0.0.1:$api"
check "a process that stands still is unreachable" stands_still
check "a process that stood still says so" within 15 firing ActorHeartbeatStoodStill instance "127.0.0.1:$api"
check "every rule was evaluated" reads rules 'all(r["health"] == "ok" for g in d["groups"] for r in g["rules"])'
[ $large = 1 ] || sum

# == 5,000 endpoints, with the shipped bound of series and without one
read -r api feeds < <(ports 2)
url=http://127.0.0.1:$api
{
  cat <<END
actor-heartbeat {
  http.listen = "127.0.0.1:$api"
  feed-server.listen = "127.0.0.1:$feeds"
  log.level = warning
  supervisor { start-spread = 0s, connect-rate = 1000/s, connect-burst = 1000, max-connecting = 500, per-host.connect-burst = 1000 }
  telemetry.endpoint-limit = 1000
  defaults.labels.venue = demo
  endpoints {
END
  for number in $(seq 5000); do echo "    feed-$number.url = \"ws://127.0.0.1:$feeds/quiet?name=feed-$number\""; done
  echo '  }
}'
} >"$folder/large.conf"
all_open() { api "$url/metrics" | grep -F 'actorheartbeat_endpoint_count{state="open"} 5000'; }
scraped() {
  local times
  times=$(
    for _ in 1 2 3 4 5; do
      sleep 1 && curl -s -m 30 -o "$folder/metrics" -w '%{time_total}\n' "$url/metrics"
    done | sort -n | sed -n 3p
  )
  promtool check metrics <"$folder/metrics" || return 1
  echo "$times s, $(($(wc -c <"$folder/metrics") / 1024)) KiB, $(grep -vc '^#' "$folder/metrics") series"
}
ended() { ! kill -0 $service_process 2>/dev/null || { echo "the service has not ended"; return 1; }; }
for limit in 1000 5000; do
  sed -i "s/endpoint-limit = .*/endpoint-limit = $limit/" "$folder/large.conf"
  dotnet $service run "$folder/large.conf" >"$folder/service.log" 2>&1 &
  service_process=$!
  started+=($service_process)
  check "5,000 endpoints are open" within 90 all_open
  check "promtool accepts them, $limit with series of their own" scraped
  kill $service_process
  check "the service ends" within 40 ended
done
sum
