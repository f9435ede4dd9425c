# Sourced by ./run and ./test after build.sh, with $root set to the repository's folder.
# shellcheck shell=bash disable=SC2154

ngtcp2_folder="$root/artifacts/ngtcp2"

# prepare_ngtcp2 LOG: finds libngtcp2 and its GnuTLS helper, or unpacks the distribution's packages under artifacts without installing
# them. RCMGR_NGTCP2 is the folder with the libraries, unset when the system has its own; when there are none,
# RCMGR_NGTCP2_UNAVAILABLE says why, and the tests that need QUIC skip with that reason.
prepare_ngtcp2() {
  unset RCMGR_NGTCP2_UNAVAILABLE
  [[ -z ${RCMGR_NGTCP2:-} ]] || return 0
  if [[ $(uname -s) != Linux ]]; then
    ngtcp2_unavailable "ngtcp2 is used on Linux only"
  elif system_has_ngtcp2; then
    return 0
  elif ngtcp2_is_unpacked || with_build_lock provide_ngtcp2 >"$1" 2>&1; then
    export RCMGR_NGTCP2="$ngtcp2_folder/lib"
    # What the libraries need beyond the system's own lies beside them.
    export LD_LIBRARY_PATH="$RCMGR_NGTCP2${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  else
    ngtcp2_unavailable "the packages libngtcp2-16 and libngtcp2-crypto-gnutls8 are not installed and could not be downloaded"
  fi
}

# As prepare_ngtcp2, but does not ask the distribution again after it had nothing.
prepare_ngtcp2_once() {
  if [[ -f $ngtcp2_folder/.unavailable ]] && ! system_has_ngtcp2 && [[ -z ${RCMGR_NGTCP2:-} ]]; then
    return 0
  fi
  prepare_ngtcp2 "$1"
  [[ -z ${RCMGR_NGTCP2_UNAVAILABLE:-} ]] || { mkdir -p "$ngtcp2_folder" && touch "$ngtcp2_folder/.unavailable"; }
}

ngtcp2_unavailable() {
  export RCMGR_NGTCP2_UNAVAILABLE="$1"
  echo "QUIC through ngtcp2 is not available: $1" >&2
}

system_has_ngtcp2() {
  local known
  known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null) || return 1
  [[ $known == *libngtcp2.so.16* && $known == *libngtcp2_crypto_gnutls.so.8* ]]
}

ngtcp2_is_unpacked() {
  [[ -f $ngtcp2_folder/lib/libngtcp2.so.16 && -f $ngtcp2_folder/lib/libngtcp2_crypto_gnutls.so.8 ]]
}

# Downloads what is missing, dependencies included, with the machine's own lists, then with its release's backports.
provide_ngtcp2() {
  ngtcp2_is_unpacked && return
  command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
  rm -rf "$ngtcp2_folder" && mkdir -p "$ngtcp2_folder"/{cache/archives/partial,lists/partial,sources} || return 1
  download_ngtcp2 || download_ngtcp2_backport || return 1
  unpack_ngtcp2
}

download_ngtcp2() {
  timeout 120 apt-get -qq -y -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Dir::Cache="$ngtcp2_folder/cache" "$@" \
    --download-only --no-install-recommends install libngtcp2-16 libngtcp2-crypto-gnutls8
}

# The source of the backports is the machine's own source of its release, under another suite and in lists of our own.
download_ngtcp2_backport() {
  local release suite own=()
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [[ -n $release ]] || return 1
  suite="$release-backports"
  cp /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list "$ngtcp2_folder/sources/" 2>/dev/null
  [[ ! -s /etc/apt/sources.list ]] || cp /etc/apt/sources.list "$ngtcp2_folder/sources/own.list"
  derive_backports "$release" "$suite" || return 1
  own=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$ngtcp2_folder/sources" -o Dir::State::Lists="$ngtcp2_folder/lists")
  timeout 180 apt-get -qq -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Dir::Cache="$ngtcp2_folder/cache" "${own[@]}" update || return 1
  download_ngtcp2 "${own[@]}" -t "$suite"
}

derive_backports() {
  local file
  for file in "$ngtcp2_folder"/sources/*.sources; do
    [[ -f $file ]] && grep -q "^Suites:.*\b$1\b" "$file" || continue
    sed '/^#/d' "$file" | awk -v RS= -v release="$1" '$0 ~ "Suites:[^\n]*" release { print; exit }' \
      | sed "s/^Suites:.*/Suites: $2/" >"$ngtcp2_folder/sources/rcmgr-backports.sources"
    return
  done
  for file in "$ngtcp2_folder"/sources/*.list; do
    [[ -f $file ]] && grep -qE "^deb .* $1 " "$file" || continue
    grep -E "^deb .* $1 " "$file" | head -n 1 | sed "s/ $1 / $2 /" >"$ngtcp2_folder/sources/rcmgr-backports.list"
    return
  done
  return 1
}

unpack_ngtcp2() {
  local package
  for package in "$ngtcp2_folder"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$ngtcp2_folder/package" || return 1
  done
  mkdir -p "$ngtcp2_folder/lib" || return 1
  find "$ngtcp2_folder/package" -name 'lib*.so.*' -exec cp -Pf {} "$ngtcp2_folder/lib/" \;
  rm -rf "$ngtcp2_folder"/{cache,lists,sources,package}
  ngtcp2_is_unpacked
}
