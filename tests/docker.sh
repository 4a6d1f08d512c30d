#!/usr/bin/env bash
# Builds the image of docker/Dockerfile with buildah, on bases made here by debootstrap and from the installed .NET, and runs it: without
# root, on a network of its own, with nothing to write to but its state. Looks at the other files of docker/ too. Says for each check
# whether it holds; the last line is the sum. What is missing is installed where this is root and has apt; else checks are skipped.
#   bash tests/docker.sh             about five minutes; twice that on a busy machine
#   --bases FOLDER                   keeps Debian's part of the bases there, and takes it from there the next time
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DEBIAN_FRONTEND=noninteractive

bases=""
while [ $# -gt 0 ]; do
  case $1 in
    --bases) mkdir -p "$2" && bases=$(realpath "$2"); shift ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
  esac
  shift
done

# Bounds: of the image unpacked (MB), and of the drain (s): supervisor.shutdown-timeout and 5 s.
largest=250 longest=30
user=1654:1654

folder=$(mktemp -d)
chmod 755 "$folder"
service="" network=""
finish() {
  local process
  [ ! -s "$folder/code" ] || service=""
  for process in $(family "$service") $network; do kill -KILL "$process" 2>/dev/null; done
  rm -rf --one-file-system "$folder"
}
# A process and what it started, the youngest last.
family() {
  local child
  [ -n "$1" ] || return 0
  echo "$1"
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do family "$child"; done
}
trap finish EXIT
trap 'exit 130' INT TERM

source tests/checks.sh

wanted=()
command -v buildah >/dev/null || wanted+=(buildah)
command -v debootstrap >/dev/null || wanted+=(debootstrap)
command -v docker-compose >/dev/null || wanted+=(docker-compose)
command -v curl >/dev/null || wanted+=(curl)
command -v ip >/dev/null || wanted+=(iproute2)
command -v unshare >/dev/null && command -v nsenter >/dev/null || wanted+=(util-linux)
/usr/bin/python3 -c 'import yaml' 2>/dev/null || wanted+=(python3-yaml)
if [ ${#wanted[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq >/dev/null
  RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
fi

# == The files beside the image
parses() { /usr/bin/python3 -c 'import sys, yaml; list(yaml.safe_load_all(open(sys.argv[1])))' "$1"; }
if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
  for file in docker/*.yaml; do check "$file is YAML" parses "$file"; done
else
  skip "docker/*.yaml: python3-yaml is not installed"
fi
composes() { # with every profile; it needs no daemon for that
  COMPOSE_PROFILES=observability docker-compose -f docker/compose.yaml config >"$folder/composed" || { cat "$folder/composed"; return 1; }
  /usr/bin/python3 - "$folder/composed" <<'END'
import os, sys, yaml
services = yaml.safe_load(open(sys.argv[1]))["services"]
mounts = [mount if isinstance(mount, str) else mount["source"] for one in services.values() for mount in one.get("volumes", [])]
missing = [path for path in (mount.split(":")[0] for mount in mounts) if path.startswith("/") and not os.path.exists(path)]
if sorted(services) != ["actorheartbeat", "grafana", "prometheus"] or missing:
    sys.exit(f"services {sorted(services)}; not there: {missing}")
END
}
if command -v docker-compose >/dev/null && /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
  check "docker/compose.yaml is a compose file, and what it mounts is there" composes
else
  skip "docker/compose.yaml: docker-compose or python3-yaml is not installed"
fi
unit_is_right() { # its program is somewhere else here
  sed "s|^ExecStart=[^ ]*|ExecStart=$(command -v true)|" docker/actorheartbeat.service >"$folder/actorheartbeat.service"
  local said
  said=$(systemd-analyze verify --man=no "$folder/actorheartbeat.service" 2>&1) && ! grep -F actorheartbeat <<<"$said"
}
if command -v systemd-analyze >/dev/null; then
  check "docker/actorheartbeat.service is a unit" unit_is_right
else
  skip "docker/actorheartbeat.service: systemd-analyze is not installed"
fi

# == Bases and image
for program in dotnet buildah debootstrap curl ip unshare nsenter /usr/bin/python3; do
  command -v $program >/dev/null || { skip "the image: $program is not installed"; sum; }
done
[ "$(id -u)" = 0 ] || { skip "the image: making a base needs root"; sum; }
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$folder/policy.json"
mkdir "$folder/tmp"
export TMPDIR=$folder/tmp BUILDAH_ISOLATION=chroot
images=(buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver vfs)
works=$("${images[@]}" from --name empty scratch 2>&1 && "${images[@]}" mount empty 2>&1) || {
  skip "the image: buildah cannot work here: ${works##*$'\n'}"
  sum
}

debian() { # Debian as its slim images are: neither documentation nor what apt has fetched
  [ ! -f "$bases/debian.tar" ] || { cp "$bases/debian.tar" "$folder/debian.tar"; return; }
  local suite
  suite=$(. /etc/os-release && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}")
  timeout 900 debootstrap --variant=minbase --include=ca-certificates "${suite:-bookworm}" "$folder/debian" >"$folder/debootstrap" 2>&1 \
    || { tail -20 "$folder/debootstrap"; return 1; }
  rm -rf "$folder"/debian/usr/share/{doc,man,locale,info}/* "$folder"/debian/var/lib/apt/lists/* "$folder"/debian/var/cache/apt/*
  tar -C "$folder/debian" --exclude=./dev --exclude=./proc --exclude=./sys -cf "$folder/debian.tar" . && rm -rf "$folder/debian" || return 1
  [ -z "$bases" ] || cp "$folder/debian.tar" "$bases/debian.tar"
}
base() { # NAME WHAT...: an image of Debian and these parts of the installed .NET
  local name=$1 root from
  from=$(dirname "$(readlink -f "$(command -v dotnet)")")
  shift
  "${images[@]}" from --name "$name" scratch >/dev/null && root=$("${images[@]}" mount "$name") || return 1
  tar -C "$root" -xf "$folder/debian.tar" && mkdir -p "$root"/{dev,proc,sys} "$root/usr/share/dotnet" || return 1
  (cd "$from" && cp -a --parents "$@" "$root/usr/share/dotnet") && ln -s ../share/dotnet/dotnet "$root/usr/bin/dotnet" || return 1
  # Where a proxy reads along, its authority is among those of this machine. Only what builds needs it.
  [ "$name" != sdk ] || cp -L "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$root/etc/ssl/certs/ca-certificates.crt" || return 1
  "${images[@]}" config --env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$name" && "${images[@]}" commit -q --rm "$name" "$name" >/dev/null
}
both_bases() {
  local from runtime
  from=$(dirname "$(readlink -f "$(command -v dotnet)")")
  runtime=$(cd "$from" && ls -d shared/Microsoft.NETCore.App/10.* | sort -V | tail -1)
  base runtime dotnet host "$runtime" "shared/Microsoft.AspNetCore.App/${runtime##*/}" && (cd "$from" && ls) >"$folder/parts" \
    && base sdk $(cat "$folder/parts")
}
build() {
  timeout 1200 "${images[@]}" bud \
    --network host --pull-never --format docker --ignorefile docker/Dockerfile.dockerignore -t actorheartbeat -f docker/Dockerfile \
    --build-arg SDK_IMAGE=localhost/sdk --build-arg RUNTIME_IMAGE=localhost/runtime . >"$folder/build" 2>&1 \
    || { cat "$folder/build"; return 1; }
  echo "$((SECONDS - $1)) s"
}
check "Debian for the bases" debian
check "bases of the image" both_bases
[ $failed = 0 ] || sum
check "docker/Dockerfile is built" build $SECONDS
[ $failed = 0 ] || sum

# == What the image says and holds
"${images[@]}" inspect --type image actorheartbeat >"$folder/image.json"
says() { # AN EXPRESSION of Python: of c, the image's configuration
  /usr/bin/python3 -c 'import json, sys; c = json.load(open(sys.argv[1]))["Docker"]["config"]; print(eval(sys.argv[2]))' \
    "$folder/image.json" "$1"
}
is() { [ "$(says "$1")" = "$2" ] || { echo "$1 is $(says "$1"), not $2"; return 1; }; }
check "it runs as $user" is 'c["User"]' $user
check "it stops at SIGTERM" is 'c["StopSignal"]' SIGTERM
check "its health check asks for live" is '" ".join(c["Healthcheck"]["Test"])' "CMD dotnet ActorHeartbeat.Service.dll health --probe live"

"${images[@]}" from --name feeds --pull-never localhost/actorheartbeat >/dev/null
root=$("${images[@]}" mount feeds)
size() {
  local unpacked packed application
  unpacked=$(du -sm --apparent-size "$root" | cut -f1)
  application=$(du -sm --apparent-size "$root/application" | cut -f1)
  timeout 300 "${images[@]}" push -q --format oci actorheartbeat \
    "oci:$folder/packed" && packed=$(du -sm "$folder/packed" | cut -f1) && rm -rf "$folder/packed" || return 1
  echo "$unpacked MB unpacked, $packed MB compressed; the application has $application MB of the first"
  [ "$unpacked" -lt $largest ]
}
holds_no_more() { # than what runs
  local more
  more=$(
    cd "$root" && find . -xdev \( -name .git -o -name obj -o -name '*.cs' -o -name '*.csproj' -o -name '*.sln' -o -iname '*xunit*' \
      -o -name '*.Tests.*' -o -name '*.nupkg' -o -name '*.xml' -path './application/*' -o -path ./source -o -path ./root/.nuget \
      -o -path ./usr/share/dotnet/sdk -o -path ./usr/share/dotnet/packs \)
  )
  [ -z "$more" ] || { echo "$more"; return 1; }
}
owns_its_state_alone() {
  local owned
  owned=$(cd "$root" && find . -xdev -uid ${user%:*})
  [ "$owned" = ./var/lib/actorheartbeat ] || { echo "$owned"; return 1; }
}
check "it has less than $largest MB" size
check "it holds no SDK, no tests, no sources" holds_no_more
check "its user owns the folder of the state and nothing else" owns_its_state_alone

# == It runs
unshare -n sleep 1200 &
network=$!
disown # or the shell would tell its end
inside() { nsenter -t "$network" -n "$@"; }
# Not before it is there: the loopback of this machine would come up in its place.
its_loopback_is_up() { [ "$(readlink "/proc/$network/ns/net")" != "$(readlink /proc/self/ns/net)" ] && inside ip link set lo up; }
works=$(within 10 its_loopback_is_up) || { skip "running it: no network of its own can be made here: $works"; sum; }
in_container() { # OPTIONS... -- COMMAND...: as the image's user, on the network of the service
  inside "${images[@]}" run --network host "$@"
}
mkdir "$folder/config" "$folder/state"
cp config/demo.conf "$folder/config/"
printf '%s\n' 'include "demo.conf"' 'actor-heartbeat.state.path = "/var/lib/actorheartbeat/state.db"' >"$folder/config/service.conf"
chmod 777 "$folder/config" # its user may write: the mount does not let it
chown $user "$folder/state"
chmod 700 "$folder/state"

start() { # FILE OPTIONS...: the image's own entry point runs a file of /config
  local words
  readarray -t words < <(says '"\n".join(c["Entrypoint"])')
  rm -f "$folder/code" && touch "$folder/started"
  {
    in_container -v "$folder/config:/config:ro" "${@:2}" feeds -- "${words[@]}" run "/config/$1" >"$folder/log" 2>&1
    echo $? >"$folder/code"
  } &
  service=$!
}
main() { # the process that systems would signal
  local process
  for process in $(family "$service"); do
    case $(cat /proc/"$process"/comm 2>/dev/null) in dotnet) echo "$process" && return ;; esac
  done
  echo "the service has ended: $(tail -5 "$folder/log")"
  return 1
}
opens() { # how long a start takes, until the dials of the demo are through
  local began took
  began=$(date +%s%N)
  within 60 feeds_are_open || return 1
  took=$((($(date +%s%N) - began) / 1000000))
  echo "all are open after $((took / 1000)).$((took / 100 % 10)) s"
}
feeds_are_open() {
  main >/dev/null || { main; return 1; }
  inside curl -s -m 5 http://127.0.0.1:8080/v1/endpoints >"$folder/endpoints" \
    || { echo "the API does not answer"; cat "$folder/log"; return 1; }
  /usr/bin/python3 - "$folder/endpoints" <<'END'
import json, sys
states = {e["id"]: e["state"] for e in json.load(open(sys.argv[1]))["endpoints"]}
wanted = ["ping", "text", "json", "modecode", "mexc", "server-asks", "ticker"]
sys.exit(None if all(states.get(i) == "open" for i in wanted) else str(states))
END
}
runs_without_rights() {
  local process=$(main) ids caps
  ids=$(awk '/^[UG]id:/ { print $2, $3, $4, $5 }' /proc/"$process"/status | tr '\n' ' ')
  caps=$(awk '/^CapEff:/ { print $2 }' /proc/"$process"/status)
  [ "$ids" = "1654 1654 1654 1654 1654 1654 1654 1654 " ] || { echo "Uid and Gid are $ids"; return 1; }
  [ $((16#$caps)) = 0 ] || { echo "it has the capabilities $caps"; return 1; }
}
health() { # the image's own health check, or one for another probe
  local words
  readarray -t words < <(says '"\n".join(c["Healthcheck"]["Test"][1:])')
  words[-1]=$1
  timeout 30 nsenter -t "$network" -n "${images[@]}" run --network host feeds -- "${words[@]}"
}
is_not_well() { ! health live || { echo "the health check is content without a service"; return 1; }; }
drains() {
  local began process took
  began=$(date +%s%N)
  process=$(main) && kill -TERM "$process" || { echo "$process"; return 1; }
  within $longest ended || { tail -20 "$folder/log"; return 1; }
  took=$((($(date +%s%N) - began) / 1000000))
  [ "$(cat "$folder/code")" = 0 ] || { echo "exit code $(cat "$folder/code")"; tail -20 "$folder/log"; return 1; }
  echo "exit code 0 after $((took / 1000)).$((took / 100 % 10)) s"
}
ended() { [ -s "$folder/code" ] || { echo "it still runs after $longest s"; return 1; }; }
wrote_nothing() {
  local written # buildah itself makes the places of its mounts
  written=$(cd "$root" && find . -xdev -newer "$folder/started" -not -path . -not -path ./config -not -path ./run)
  [ -z "$written" ] && [ "$(ls "$folder/config")" = "demo.conf
service.conf" ] || { echo "$written"; ls -la "$folder/config"; return 1; }
}
keeps_its_state() {
  local owners
  owners=$(cd "$folder/state" && stat -c '%u:%g' state.db) && [ "$owners" = $user ] || { ls -la "$folder/state"; return 1; }
  grep -F 'state' "$folder/log" | grep -E 'WRN|ERR' && return 1
  stat -c '%s bytes of %u:%g, mode %a' "$folder/state/state.db"
}
check "its health check fails without a service" is_not_well
start demo.conf
check "it runs config/demo.conf from a mount that it cannot write" opens
check "it runs without root and without capabilities" runs_without_rights
check "its health check answers" health live
check "it is ready" health ready
check "SIGTERM drains it" drains
check "it wrote to nothing" wrote_nothing
start service.conf -v "$folder/state:/var/lib/actorheartbeat"
check "it runs with a volume for state.path" opens
check "SIGTERM drains it" drains
check "its user made the database" keeps_its_state
sum
