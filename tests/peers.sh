#!/usr/bin/env bash
# What a connection costs beside what a user would take instead: this service, this library, the framework's ClientWebSocket,
# Websocket.Client, node ws with reconnecting-websocket, Go with gorilla and Python websockets, all against one server in Go, in turns, one
# at a time. Installs and builds what it needs. Prints a table of medians and draws resident memory against the number of connections.
#   bash tests/peers.sh                    all of it: 1,000 and 10,000 connections, five rounds, about 90 minutes on two cores
#   --rounds N, --sizes N,N                other figures
#   --only NAME,NAME                       some of them, such as --only "service,node ws"
#   --plot FILE                            where the plot goes; tests/ActorHeartbeat.Benchmarks/Peers/memory.svg
#   --no-build                             the benchmarks are built already
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DEBIAN_FRONTEND=noninteractive

here=tests/ActorHeartbeat.Benchmarks/Peers build=1 plot=$here/memory.svg
options=()
while [ $# -gt 0 ]; do
  case $1 in
    --rounds | --sizes | --only) options+=("$1" "$2"); shift ;;
    --plot) plot=$2; shift ;;
    --no-build) build=0 ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done

wanted=()
command -v go >/dev/null || wanted+=(golang-go)
[ -d /usr/share/gocode/src/github.com/gorilla/websocket ] || wanted+=(golang-github-gorilla-websocket-dev)
command -v node >/dev/null && command -v npm >/dev/null || wanted+=(nodejs npm)
/usr/bin/python3 -c 'import websockets' 2>/dev/null || wanted+=(python3-websockets)
if [ ${#wanted[@]} -gt 0 ]; then
  apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null || exit 1
fi
[ $build = 0 ] || dotnet build tests/ActorHeartbeat.Benchmarks -c Release -v q || exit 1
clients=$(mktemp -d)
trap 'rm -rf "$clients"' EXIT
export GOPATH=/usr/share/gocode GO111MODULE=off GOCACHE="$clients/cache"
(cd $here/server && go build -o "$clients/server" .) && (cd $here/go && go build -o "$clients/go-client" .) || exit 1
cp -r $here/node $here/python "$clients/"
(cd "$clients/node" && npm ci --silent --no-audit --no-fund) || exit 1
# Both ends of each connection are descriptors of this machine.
ulimit -n "$(ulimit -Hn)"
dotnet tests/ActorHeartbeat.Benchmarks/bin/Release/net10.0/ActorHeartbeat.Benchmarks.dll \
  peers --clients "$clients" --plot "$plot" "${options[@]}"
