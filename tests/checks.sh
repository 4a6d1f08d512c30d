# What the scripts of tests/ share: they source it. It counts what they check.
passed=0 failed=0 skipped=0
check() { # NAME COMMAND...: the command says why it does not hold
  local name=$1 said
  shift
  if said=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "passed: $name${said:+: ${said##*$'\n'}}"
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
    printf '%s\n' "$said" | tail -40 | sed 's/^/  /'
  fi
}
skip() { skipped=$((skipped + 1)) && echo "skipped: $*"; }
sum() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}
within() { # SECONDS COMMAND...: until the command holds; what it says is shown only when it never does
  local last=$((SECONDS + $1)) said
  shift
  until said=$("$@" 2>&1); do
    [ $SECONDS -lt $last ] || { echo "$said"; return 1; }
    sleep 0.2
  done
  [ -z "$said" ] || echo "$said"
}
