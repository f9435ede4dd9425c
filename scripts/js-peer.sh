# Sourced by ./test, with $root set to the repository's folder.
# shellcheck shell=bash disable=SC2154

# prepare_js_peer LOG: installs interop/js as its lock file says. When that cannot be done, RCMGR_JS_PEER_UNAVAILABLE says why and
# the tests that need a js-libp2p peer skip with that reason.
prepare_js_peer() {
  local folder="$root/interop/js" stamp="$root/interop/js/node_modules/.installed" wanted
  unset RCMGR_JS_PEER_UNAVAILABLE
  if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    js_peer_unavailable "Node.js or npm is not installed"
    return
  fi
  if (($(node -p 'process.versions.node.split(".")[0]') < 20)); then
    js_peer_unavailable "Node.js $(node --version) is older than 20"
    return
  fi
  wanted=$(cat "$folder/package.json" "$folder/package-lock.json" "$folder/.npmrc" | cksum)
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return
  if (cd "$folder" && npm ci --ignore-scripts --loglevel=error </dev/null >"$1" 2>&1); then
    printf '%s\n' "$wanted" >"$stamp"
  else
    js_peer_unavailable "npm ci failed: $(npm_errors "$1")"
  fi
}

js_peer_unavailable() {
  export RCMGR_JS_PEER_UNAVAILABLE="$1"
  echo "The js-libp2p peer is not available, tests that need it are skipped: $1"
}

npm_errors() {
  local errors
  errors=$(grep -i '^npm error' "$1" | head -n 2 | cut -c 11- | tr '\n' ' ')
  echo "${errors:-no reason given}"
}
