# Sourced by ./test, with $root and $results set.
# shellcheck shell=bash disable=SC2154

# run_aot_smoke: compiles the smoke program ahead of time and runs it; counts as one test. Skipped, with the reason, where there is
# nothing to link with.
run_aot_smoke() {
  local name=Rcmgr.AotSmoke log="$results/Rcmgr.AotSmoke.log" folder="$root/artifacts/publish/Rcmgr.AotSmoke/release"
  if ! command -v gcc >/dev/null 2>&1 && ! command -v clang >/dev/null 2>&1; then
    echo "$name: skipped, there is neither gcc nor clang to link with"
    skipped=$((skipped + 1))
    return
  fi
  if ! attempt "$log" env DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 \
    dotnet publish "tests/$name" --configuration Release --verbosity quiet --nologo -p:UseSharedCompilation=false; then
    cat "$log"
    fail "$name cannot be compiled ahead of time"
  elif ! attempt "$log" timeout 60 "$folder/$name"; then
    cat "$log"
    fail "$name does not run as it should"
  else
    echo "$name: 1 passed, 0 failed, 0 skipped"
    passed=$((passed + 1))
  fi
}
