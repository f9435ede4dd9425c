# Sourced by ./run and ./test, with $root set to the repository's folder.
# shellcheck shell=bash disable=SC2154

tool_dll="$root/artifacts/bin/Rcmgr.Tool/release/Rcmgr.Tool.dll"
tool_stamp="$root/artifacts/.tool-built"

# Says why and fails when the SDK that global.json asks for is not there.
require_sdk() {
  if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET SDK is missing: install .NET SDK 10.0 and put 'dotnet' on the PATH." >&2
    return 1
  fi
  local reason
  if ! reason=$(cd "$root" && dotnet --version 2>&1); then
    printf 'This repository needs the .NET SDK 10.0 (see global.json):\n%s\n' "$reason" >&2
    return 1
  fi
}

# A folder's own time moves when a file appears or goes away, so folders count as inputs too.
tool_is_fresh() {
  [[ -f $tool_dll && -f $tool_stamp ]] || return 1
  local input inputs=()
  for input in src Directory.Build.props Directory.Packages.props global.json .editorconfig; do
    [[ -e $root/$input ]] && inputs+=("$root/$input")
  done
  [[ -z $(find "${inputs[@]}" -newer "$tool_stamp" -print -quit) ]]
}

# with_build_lock COMMAND...: one build at a time in this checkout.
with_build_lock() {
  mkdir -p "$root/artifacts"
  (
    if command -v flock >/dev/null 2>&1; then
      exec 9>"$root/artifacts/.build.lock"
      flock 9
    fi
    "$@"
  )
}

# build_release TARGET LOG: the stamp's time is from before the build, so an edit made meanwhile still counts as newer.
# Build servers outlive the build: they must inherit neither the lock nor anyone's stdout.
build_release() {
  touch "$tool_stamp.new"
  (
    cd "$root" || exit 1
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
    exec dotnet build "$1" --configuration Release --verbosity quiet --nologo </dev/null >"$2" 2>&1 9>&-
  ) || return 1
  mv -f "$tool_stamp.new" "$tool_stamp"
}
