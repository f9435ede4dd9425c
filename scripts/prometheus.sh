# Sourced by ./test, with $root set to the repository's folder.
# shellcheck shell=bash disable=SC2154

# prepare_prometheus LOG: finds Prometheus, or unpacks the distribution's package under artifacts without installing it, so that no
# service starts. RCMGR_PROMETHEUS is its path; when there is none, RCMGR_PROMETHEUS_UNAVAILABLE says why and the tests that need it
# skip with that reason.
prepare_prometheus() {
  local folder="$root/artifacts/prometheus"
  unset RCMGR_PROMETHEUS RCMGR_PROMETHEUS_UNAVAILABLE
  if command -v prometheus >/dev/null 2>&1; then
    RCMGR_PROMETHEUS=$(command -v prometheus)
  elif [[ -x $folder/usr/bin/prometheus ]] || unpack_prometheus "$folder" >"$1" 2>&1; then
    RCMGR_PROMETHEUS="$folder/usr/bin/prometheus"
  else
    export RCMGR_PROMETHEUS_UNAVAILABLE="no 'prometheus' on the PATH, and its Debian package could not be downloaded"
    echo "Prometheus is not available, tests that need it are skipped: $RCMGR_PROMETHEUS_UNAVAILABLE"
    return
  fi
  export RCMGR_PROMETHEUS
}

unpack_prometheus() {
  command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
  rm -rf "$1" && mkdir -p "$1/package" || return 1
  download_prometheus "$1/package" || { [[ $EUID == 0 ]] && apt-get update -qq && download_prometheus "$1/package"; } || return 1
  dpkg-deb -x "$1"/package/prometheus_*.deb "$1"
}

download_prometheus() {
  (cd "$1" && apt-get download -qq prometheus)
}
