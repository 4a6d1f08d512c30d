#!/usr/bin/env bash
# Writes the public members of every package into its PublicAPI.Unshipped.txt, as the analyzer names them.
# Run it when a public member has changed: the diff of these files shows what users will notice. Takes about two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

work=$(mktemp -d)
written=no

# The files are emptied for the build; whatever ends it early puts them back.
finish() {
  if [ "$written" = no ]; then
    for file in src/*/PublicAPI.Unshipped.txt; do
      before=$work/$(basename "$(dirname "$file")")
      if [ -f "$before" ]; then cp "$before" "$file"; fi
    done
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for file in src/*/PublicAPI.Unshipped.txt; do
  package=$(basename "$(dirname "$file")")
  cp "$file" "$work/$package"
  echo '#nullable enable' >"$file"
done

if ! dotnet build ActorHeartbeat.sln -c Release -v q -p:TreatWarningsAsErrors=false >"$work/log"; then
  grep -E 'error' "$work/log" | sort -u
  echo "the build fails, so the files are as they were"
  exit 1
fi

for file in src/*/PublicAPI.Unshipped.txt; do
  package=$(basename "$(dirname "$file")")
  grep "RS0016.*/$package\.csproj" "$work/log" | sed -E "s/.*RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/" |
    LC_ALL=C sort -u >>"$file"
done
written=yes
git diff --stat -- 'src/*/PublicAPI.Unshipped.txt'
