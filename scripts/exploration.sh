# Sourced by ./test, with $root and $results set.
# shellcheck shell=bash disable=SC2154

# run_exploration: explores interleavings of the accounting for a bounded time; each line of its verdict counts as a test. It can run for
# hours by hand: dotnet artifacts/bin/Rcmgr.Exploration/release/Rcmgr.Exploration.dll --programs 10000 --schedules 100
run_exploration() {
  local name=Rcmgr.Exploration log="$results/Rcmgr.Exploration.log" status=0 p f
  attempt "$log" timeout --kill-after=10 240 dotnet "artifacts/bin/$name/release/$name.dll" || status=$?
  p=$(grep -c '^ok: ' "$log")
  f=$(grep -c '^FAILED: ' "$log")
  passed=$((passed + p)) failed=$((failed + f))
  echo "$name: $p passed, $f failed, 0 skipped"
  if ((f > 0)); then
    cat "$log"
  elif ((status != 0 || p == 0)); then
    tail -n 40 "$log"
    fail "$name ended with exit code $status"
  fi
}
